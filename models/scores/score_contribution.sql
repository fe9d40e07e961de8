/* One row per customer and scored date: what the customer brings in the window. Each component
   is 0-100 against published cut points; the policy weighs them. A component that the data do
   not hold (no costs, no interactions) leaves its weight to the others. */
{% set components = {
    'revenue': 'net_revenue',
    'margin': 'margin',
    'interactions': 'interaction_count',
} %}
with

features as (

    select * from {{ ref('int_customer_features') }}

),

cut_points as (

    select
        as_of_date,
        business_line,
        {% for component, measure in components.items() %}
        {% for cut in ['p20', 'p40', 'p60', 'p80', 'p95'] %}
        max(case when measure = '{{ measure }}' then {{ cut }} end) as {{ component }}_{{ cut }},
        {% endfor %}
        {% endfor %}
        count(*) as measures
    from {{ ref('fit_cut_points') }}
    group by as_of_date, business_line

),

weights as (

    {{ component_weights('contribution', components) }}

),

/* Nothing bought in the window is a contribution of nothing, not an unknown one. */
measured as (

    select
        *,
        case when order_count = 0 then 0 else margin end as margin_in_window
    from features

),

scored as (

    select
        {% for component, measure in components.items() %}
        {{ round_double(share_score(
            'measured.' ~ ('margin_in_window' if component == 'margin' else measure), [
                'cut_points.' ~ component ~ '_p20', 'cut_points.' ~ component ~ '_p40',
                'cut_points.' ~ component ~ '_p60', 'cut_points.' ~ component ~ '_p80',
                'cut_points.' ~ component ~ '_p95',
            ]
        ), 2) }} as {{ component }}_score,
        {% endfor %}
        measured.customer_id,
        measured.as_of_date,
        measured.policy,
        measured.purchase_day_count > 0 as has_bought,
        measured.net_revenue,
        measured.margin,
        measured.interaction_count
    from measured
    left join cut_points
        on
            measured.as_of_date = cut_points.as_of_date
            and measured.business_line = cut_points.business_line

),

weighted as (

    select
        scored.*,
        0
        {% for component in components %}
        + coalesce(weights.{{ component }}_weight * scored.{{ component }}_score, 0)
        {% endfor %} as weighted_scores,
        0
        {% for component in components %}
        + case when scored.{{ component }}_score is null then 0 else weights.{{ component }}_weight end
        {% endfor %} as available_weight
    from scored
    left join weights on scored.policy = weights.policy

)

select
    customer_id,
    as_of_date,
    net_revenue,
    margin,
    interaction_count,
    {% for component in components %}
    {{ component }}_score,
    {% endfor %}
    case
        when has_bought then {{ round_double('weighted_scores / nullif(available_weight, 0)', 2) }}
    end as score
from weighted
