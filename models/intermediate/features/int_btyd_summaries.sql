/* One row per customer and scored date: the features, with the history in the terms of the "buy
   till you die" models, in which all orders of one day are one purchase. */
{{ config(materialized='view') }}
with

features as (

    select * from {{ ref('int_customer_features') }}

)

select
    customer_id,
    as_of_date,
    business_line,
    policy,
    order_count,
    net_revenue,
    margin,
    lifetime_margin_rate,
    monthly_recurring_revenue,
    lifetime_order_count,
    lifetime_net_revenue,
    case when purchase_day_count > 0 then purchase_day_count - 1 end as btyd_frequency,
    cast(
        {{ dbt.datediff('first_purchase_date', 'last_purchase_date', 'day') }} as integer -- noqa: LT05
    ) as btyd_recency_days,
    cast(
        {{ dbt.datediff('first_purchase_date', 'as_of_date', 'day') }} as integer -- noqa: LT05
    ) as btyd_age_days,
    case
        when purchase_day_count > 1
            then cast(
                {{ round_double(
                    'cast(lifetime_net_revenue - first_purchase_revenue as double)'
                    ~ ' / (purchase_day_count - 1)', 4
                ) }} as decimal(18, 4)
            )
    end as mean_repeat_spend
from features
