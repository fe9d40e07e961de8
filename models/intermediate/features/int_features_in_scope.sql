/* One row per customer and scored date of the customer's scope: the measures of
   int_customer_features, as this run works them out. */
{{ config(materialized='view') }}
{#- What other models measure; where they have no row, a count and an amount is 0. #}
{% set counts = {
    'events': [
        'visit_count', 'view_count', 'favourite_count', 'cart_count', 'search_count', 'share_count', 'review_count',
        'response_count', 'discount_response_count', 'referral_count', 'referral_won_count',
    ],
    'baskets': ['category_count'], 'services': ['ticket_count', 'open_ticket_count', 'active_subscription_count'],
} %}
{% set amounts = {
    'revenues': ['revenue_fifth_1', 'revenue_fifth_2', 'revenue_fifth_3', 'revenue_fifth_4', 'revenue_fifth_5'],
    'events': ['engagement_points', 'engagement_points_before', 'influence_points'],
    'services': ['monthly_recurring_revenue'], 'pipelines': ['open_pipeline', 'weighted_pipeline'],
} %}
{% set others = {
    'events': ['answered_channel'],
    'baskets': ['new_product_share', 'repeat_product_share', 'gift_share', 'favourite_category'],
    'services': ['ticket_satisfaction', 'days_to_renewal', 'contract_until'],
    'pipelines': ['largest_opportunity', 'decision_role_count', 'sales_cycle_days'],
    'voices': [
        'nps_answer', 'price_agreement', 'novelty_agreement', 'service_agreement', 'quality_agreement',
        'follower_count', 'permitted_channels', 'refused_channels',
    ],
} %}
with

dated as (

    select * from {{ ref('int_dated_states') }}

),

policies as (

    select
        cast(business_line as string) as business_line,
        cast(policy as string) as policy
    from {{ ref('business_lines') }}

)

select
    dated.customer_id,
    dated.as_of_date,
    dated.business_line,
    coalesce(policies.policy, 'default') as policy,
    {% for column in ['first_purchase_date', 'last_purchase_date', 'previous_purchase_date',
        'purchase_day_count', 'lifetime_order_count', 'lifetime_net_revenue', 'first_purchase_revenue'] %}
    dated.{{ column }},
    {% endfor %}
    cast({{ dbt.datediff('dated.last_purchase_date', 'dated.as_of_date', 'day') }} as integer) as recency_days, -- noqa: LT05
    dated.order_count,
    dated.discounted_order_count,
    {{ round_double('dated.discounted_order_count / cast(nullif(dated.order_count, 0) as double)', 4) }}
        as discount_share,
    dated.net_revenue,
    dated.usual_order_amount,
    dated.interaction_count,
    /* The margin rate of the orders whose cost is known, on all net revenue. So an order without a cost is no
       pure profit, and a refund takes its share back. */
    case
        when dated.costed_revenue > 0
            then cast(
                {{ round_double(
                    'cast(dated.net_revenue as double) * cast(dated.costed_margin as double)'
                    ~ ' / cast(dated.costed_revenue as double)', 4
                ) }} as decimal(18, 4)
            )
    end as margin,
    {{ round_double(
        'cast(dated.lifetime_costed_margin as double) / nullif(dated.lifetime_costed_revenue, 0)', 4
    ) }} as lifetime_margin_rate,
    {% for alias, measures in counts.items() %}{% for measure in measures %}
    coalesce({{ alias }}.{{ measure }}, 0) as {{ measure }},
    {% endfor %}{% endfor %}
    {% for alias, measures in amounts.items() %}{% for measure in measures %}
    cast(
        coalesce({{ alias }}.{{ measure }}, 0)
        {{ '+ case when dated.is_imagined then coalesce(dated.usual_order_amount, 0) else 0 end'
            if measure == 'revenue_fifth_1' }} as decimal(18, 4)
    ) as {{ measure }},
    {% endfor %}{% endfor %}
    {% for alias, measures in others.items() %}{% for measure in measures %}
    {{ alias }}.{{ measure }},
    {% endfor %}{% endfor %}
    cast({{ dbt.datediff('dated.first_purchase_date', 'dated.as_of_date', 'day') }} as integer) as days_as_customer, -- noqa: LT05
    /* What they said before they were customers is not about what they have got. */
    case
        when voices.nps_answer_date >= dated.first_purchase_date
            then cast({{ dbt.datediff('voices.nps_answer_date', 'dated.as_of_date', 'day') }} as integer) -- noqa: LT05
    end as days_since_nps_answer,
    dated.age_band,
    dated.attributes_hash
from dated
left join policies on dated.business_line = policies.business_line
{% for features, model in [
    ('revenues', 'int_revenue_features'), ('events', 'int_event_features'), ('baskets', 'int_basket_features'),
    ('services', 'int_service_features'), ('pipelines', 'int_pipeline_features'), ('voices', 'int_voice_features'),
] %}
left join {{ ref(model) }} as {{ features }}
    on
        dated.customer_id = {{ features }}.customer_id
        and dated.as_of_date = {{ features }}.as_of_date
{% endfor %}
