/* One row per customer and scored date of the customer's scope with an order or refund in the look-back
   window: the net revenue of each fifth of the window, the latest first. Five, because the median of
   the slopes between five points does not move when any one of them is out of line. */
{% set fifth = (var('lookback_days') | int) / 5 %}
with

days as (

    select * from {{ ref('int_customer_days') }}

),

dated as (

    select
        days.customer_id,
        dates.as_of_date,
        days.net_revenue,
        {{ dbt.datediff('days.activity_date', 'dates.as_of_date', 'day') }} as age_days -- noqa: LT05
    from days
    {{ facts_in_window('days', 'dates', 'activity_date') }}
    where days.net_revenue <> 0

),

placed as (

    select
        *,
        cast(floor(age_days / {{ fifth }}) as integer) + 1 as fifth
    from dated

)

select
    customer_id,
    as_of_date,
    {% for n in range(1, 6) %}
    cast(sum(case when fifth = {{ n }} then net_revenue else 0 end) as decimal(18, 4))
        as revenue_fifth_{{ n }},
    {% endfor %}
    count(*) as day_count
from placed
group by customer_id, as_of_date
