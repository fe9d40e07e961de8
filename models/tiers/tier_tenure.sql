/* One row per customer at the current date: since when they have their tier, and which one they
   had at the last closed period. Within the scored dates; what was before is not known here. */
with

dates as (

    select * from {{ ref('int_scoring_dates') }}

),

last_closed as (

    select max(as_of_date) as as_of_date
    from dates
    where not is_current

),

assigned as (

    select
        customer_id,
        as_of_date,
        tier_code
    from {{ ref('tier_assigned') }}

),

by_tier as (

    select
        assigned.customer_id,
        assigned.tier_code,
        min(assigned.as_of_date) as first_date,
        max(assigned.as_of_date) as last_date,
        max(case when dates.is_current then 1 else 0 end) as is_current_tier,
        max(case when assigned.as_of_date = last_closed.as_of_date then 1 else 0 end)
            as was_tier_at_last_closed
    from assigned
    inner join dates on assigned.as_of_date = dates.as_of_date
    cross join last_closed
    group by assigned.customer_id, assigned.tier_code

),

by_customer as (

    select
        customer_id,
        max(case when was_tier_at_last_closed = 1 then tier_code end) as previous_tier_code,
        min(first_date) as first_date,
        max(case when is_current_tier = 0 then last_date end) as last_date_of_another_tier
    from by_tier
    group by customer_id

),

/* The scored date after each scored date. */
next_dates as (

    select
        dates.as_of_date,
        min(later.as_of_date) as next_date
    from dates
    inner join dates as later on dates.as_of_date < later.as_of_date
    group by dates.as_of_date

)

select
    by_customer.customer_id,
    by_customer.previous_tier_code,
    coalesce(next_dates.next_date, by_customer.first_date) as tier_since
from by_customer
left join next_dates on by_customer.last_date_of_another_tier = next_dates.as_of_date
