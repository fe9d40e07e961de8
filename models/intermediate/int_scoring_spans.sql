/* One row per scored date in each span of scored dates [span_from, span_until): what turns
   "nothing changed from here until there" into one row per date. */
with

dates as (

    select as_of_date from {{ ref('int_scoring_dates') }}

),

span_ends as (

    select as_of_date as span_until from dates
    union all
    select date '9999-12-31' as span_until

)

select
    starts.as_of_date as span_from,
    span_ends.span_until,
    dates.as_of_date
from dates
inner join dates as starts on dates.as_of_date >= starts.as_of_date
inner join span_ends on dates.as_of_date < span_ends.span_until
