/* One row per customer and scored date: what the customer brings in the window: revenue, at which margin,
   contacts, and people whom they refer. Each component is 0-100 against published cut points; the policy
   weighs them. A component that the data do not hold (no costs, no interactions, no referrals) leaves its
   weight to the others. */
{% set components = {
    'revenue': 'net_revenue', 'margin_rate': 'margin_rate', 'interactions': 'interaction_count',
    'referrals': 'referral_count',
} %}
with

/* Nothing bought in the window is a contribution of nothing, not an unknown one. */
features as (

    select
        *,
        case when order_count = 0 then 0 else {{ margin_rate() }} end as margin_rate
    from {{ ref('int_customer_features') }}

),

cut_points as (

    {{ cut_points_of(components.values()) }}

),

weights as (

    {{ component_weights('contribution', components) }}

),

scored as (

    select
        {% for component, measure in components.items() %}
        {{ round_double(share_score('features.' ~ measure, cut_columns(measure)), 2) }}
            as {{ component }}_score,
        {% endfor %}
        features.customer_id,
        features.as_of_date,
        features.policy,
        features.purchase_day_count > 0 as has_bought,
        features.net_revenue,
        features.margin,
        features.margin_rate,
        features.interaction_count,
        features.referral_count
    from features
    left join cut_points
        on features.as_of_date = cut_points.as_of_date and features.business_line = cut_points.business_line

)

select
    scored.customer_id,
    scored.as_of_date,
    scored.net_revenue,
    scored.margin,
    scored.margin_rate,
    scored.interaction_count,
    scored.referral_count,
    {% for component in components %}
    scored.{{ component }}_score,
    {% endfor %}
    case when scored.has_bought then {{ weighted_mean('scored', 'weights', components) }} end as score
from scored
left join weights on scored.policy = weights.policy
