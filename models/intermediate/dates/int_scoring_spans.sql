/* One row per scope and scored date in each span of scored dates [span_from, span_until): what
   turns "nothing changed from here until there" into one row per date. */
with

dates as (

    select * from {{ ref('int_scope_dates') }}

),

span_ends as (

    select
        scope,
        as_of_date as span_until
    from dates
    union all
    select distinct
        scope,
        date '9999-12-31' as span_until
    from dates

)

select
    dates.scope,
    starts.as_of_date as span_from,
    span_ends.span_until,
    dates.as_of_date
from dates
inner join dates as starts on dates.scope = starts.scope and dates.as_of_date >= starts.as_of_date
inner join span_ends on dates.scope = span_ends.scope and dates.as_of_date < span_ends.span_until
