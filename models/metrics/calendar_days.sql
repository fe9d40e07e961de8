/* One row per day from the first published date to the last: the calendar that MetricFlow asks for. */
with

published as (

    select
        min(as_of_date) as first_date,
        max(as_of_date) as last_date
    from {{ ref('customer_tier_history') }}

),

days as (

    {{ dbt.date_spine('day', "date '1980-01-01'", "date '2080-01-01'") }}

)

select cast(days.date_day as date) as calendar_day
from days
inner join published
    on days.date_day between published.first_date and published.last_date
