/* One row per scope and date on which something happened or a customer became known: the first
   scored date of the scope that sees it, and the first whose look-back window has left it behind. */
with

dates as (

    select distinct activity_date from {{ ref('int_customer_days') }}
    union
    select distinct known_since as activity_date from {{ ref('int_customers') }}

),

scoring_dates as (

    select * from {{ ref('int_scope_dates') }}

)

select
    scoring_dates.scope,
    dates.activity_date,
    min(scoring_dates.as_of_date) as enters_at,
    min(
        case
            when
                scoring_dates.as_of_date
                >= {{ dbt.dateadd('day', var('lookback_days') | int, 'dates.activity_date') }}
                then scoring_dates.as_of_date
        end
    ) as leaves_at
from dates
inner join scoring_dates on dates.activity_date <= scoring_dates.as_of_date
group by scoring_dates.scope, dates.activity_date
