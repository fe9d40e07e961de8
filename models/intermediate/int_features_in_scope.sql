/* One row per customer and scored date of the customer's scope: the measures of
   int_customer_features, as this run works them out. */
{{ config(materialized='view') }}
with

states as (

    select * from {{ ref('int_customer_states') }}

),

spans as (

    select * from {{ ref('int_scoring_spans') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

leading_lines as (

    select * from {{ ref('int_leading_business_lines') }}

),

policies as (

    select
        cast(business_line as string) as business_line,
        cast(policy as string) as policy
    from {{ ref('business_lines') }}

),

dated as (

    select
        states.*,
        spans.as_of_date,
        coalesce(
            leading_lines.business_line,
            case when states.order_count > 0 then customers.only_business_line end,
            customers.own_business_line,
            'default'
        ) as business_line
    from states
    inner join spans
        on
            states.state_from = spans.span_from
            and states.state_until = spans.span_until
            and states.scope = spans.scope
    /* A call may be older than the CRM's record of whom it was with: no customer yet. */
    inner join customers
        on
            states.customer_id = customers.customer_id
            and spans.as_of_date >= customers.known_since
    left join leading_lines
        on
            states.customer_id = leading_lines.customer_id
            and spans.as_of_date = leading_lines.as_of_date

)

select
    dated.customer_id,
    dated.as_of_date,
    dated.business_line,
    coalesce(policies.policy, 'default') as policy,
    dated.first_purchase_date,
    dated.last_purchase_date,
    dated.previous_purchase_date,
    dated.purchase_day_count,
    dated.lifetime_order_count,
    dated.lifetime_net_revenue,
    dated.first_purchase_revenue,
    cast(
        {{ dbt.datediff('dated.last_purchase_date', 'dated.as_of_date', 'day') }} as integer -- noqa: LT05
    ) as recency_days,
    dated.order_count,
    dated.net_revenue,
    dated.interaction_count,
    /* The margin rate of the orders whose cost is known, on all net revenue: so an order
       without a cost is not taken for pure profit, and a refund takes its own share back. */
    case
        when dated.costed_revenue > 0
            then cast(
                {{ round_double(
                    'cast(dated.net_revenue as double) * cast(dated.costed_margin as double)'
                    ~ ' / cast(dated.costed_revenue as double)', 4
                ) }} as decimal(18, 4)
            )
    end as margin,
    cast(
        {{ dbt.datediff('dated.first_purchase_date', 'dated.as_of_date', 'day') }} as integer -- noqa: LT05
    ) as days_as_customer,
    {% for n in range(1, 6) %}
    cast(coalesce(revenues.revenue_fifth_{{ n }}, 0) as decimal(18, 4)) as revenue_fifth_{{ n }},
    {% endfor %}
    {% for measure in [
        'visit_count', 'view_count', 'favourite_count', 'cart_count', 'search_count', 'share_count', 'review_count',
    ] %}
    coalesce(events.{{ measure }}, 0) as {{ measure }},
    {% endfor %}
    cast(coalesce(events.engagement_points, 0) as decimal(18, 4)) as engagement_points,
    cast(coalesce(events.engagement_points_before, 0) as decimal(18, 4)) as engagement_points_before,
    baskets.new_product_share,
    baskets.repeat_product_share,
    baskets.gift_share,
    coalesce(baskets.category_count, 0) as category_count,
    baskets.favourite_category,
    baskets.last_category
from dated
left join policies on dated.business_line = policies.business_line
{% for features, model in [
    ('revenues', 'int_revenue_features'), ('events', 'int_event_features'), ('baskets', 'int_basket_features'),
] %}
left join {{ ref(model) }} as {{ features }}
    on
        dated.customer_id = {{ features }}.customer_id
        and dated.as_of_date = {{ features }}.as_of_date
{% endfor %}
