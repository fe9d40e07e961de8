/* One row per customer and scored date with a purchase so far: the history in the terms of the
   "buy till you die" models, in which all orders of one day are one purchase. */
{{ config(materialized='view') }}
with

features as (

    select * from {{ ref('int_customer_features') }}
    where purchase_day_count > 0

),

summaries as (

    select
        customer_id,
        as_of_date,
        business_line,
        policy,
        purchase_day_count - 1 as btyd_frequency,
        cast({{ dbt.datediff('first_purchase_date', 'last_purchase_date', 'day') }} as integer)
            as btyd_recency_days,
        cast({{ dbt.datediff('first_purchase_date', 'as_of_date', 'day') }} as integer)
            as btyd_age_days,
        case
            when purchase_day_count > 1
                then {{ round_double(
                    'cast(lifetime_net_revenue - first_purchase_revenue as double)'
                    ~ ' / (purchase_day_count - 1)', 2
                ) }}
        end as mean_repeat_spend
    from features

)

select
    customer_id,
    as_of_date,
    business_line,
    policy,
    btyd_frequency,
    btyd_recency_days,
    btyd_age_days,
    cast(mean_repeat_spend as decimal(18, 4)) as mean_repeat_spend
from summaries
