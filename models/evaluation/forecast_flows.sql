/* One row per closed date, business line, tier before and tier after: how many customers went which way in
   the period that ended then, as tier_migration has it; and the date that comes next. The current date closes
   no period, unless it is the last day of one: half a month is no month. */
{{ config(materialized='table') }}
with

dates as (

    select
        as_of_date,
        {{ next_period_end('as_of_date') }} as next_date
    from {{ ref('int_scoring_dates') }}
    where
        is_published
        and previous_date is not null
        and (not is_current or {{ is_period_end('as_of_date') }})

),

/* Customers who did not change have no row among the changes. */
flows as (

    select
        assigned.as_of_date,
        assigned.business_line,
        case
            when changes.customer_id is null then assigned.tier_code
            else coalesce(changes.from_tier_code, 'entry')
        end as from_tier_code,
        assigned.tier_code as to_tier_code
    from {{ ref('tier_assigned') }} as assigned
    left join {{ ref('tier_changes') }} as changes
        on assigned.customer_id = changes.customer_id and assigned.as_of_date = changes.as_of_date

    union all

    select
        as_of_date,
        business_line,
        from_tier_code,
        'exit' as to_tier_code
    from {{ ref('tier_changes') }}
    where to_tier_code is null

)

select
    flows.as_of_date,
    dates.next_date,
    flows.business_line,
    flows.from_tier_code,
    flows.to_tier_code,
    count(*) as customers
from flows
inner join dates on flows.as_of_date = dates.as_of_date
group by flows.as_of_date, dates.next_date, flows.business_line, flows.from_tier_code, flows.to_tier_code
