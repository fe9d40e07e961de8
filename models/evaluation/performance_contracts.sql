/* One row per customer and period (from the day after a published date to the next one) at whose start a
   contract of theirs ran: how many did, how many of these still run at its end, and what the contracts of
   the customer bring in a month at both. */
{{ config(materialized='view') }}
with

periods as (

    select
        as_of_date,
        previous_date
    from {{ ref('int_scoring_dates') }}
    where is_published and previous_date is not null

),

contracts as (

    select
        subscriptions.customer_id,
        periods.as_of_date,
        subscriptions.monthly_amount,
        subscriptions.started_date <= periods.previous_date
        and coalesce(subscriptions.cancelled_date > periods.previous_date, true) as ran_at_start,
        coalesce(subscriptions.cancelled_date > periods.as_of_date, true) as runs_at_end
    from {{ ref('int_subscriptions') }} as subscriptions
    inner join periods on subscriptions.started_date <= periods.as_of_date
    where subscriptions.outcome = 'accepted'

)

select
    customer_id,
    as_of_date,
    cast(sum(case when ran_at_start then 1 else 0 end) as integer) as contracts_at_start,
    cast(sum(case when ran_at_start and runs_at_end then 1 else 0 end) as integer) as contracts_kept,
    cast(sum(case when ran_at_start then monthly_amount else 0 end) as decimal(18, 4)) as recurring_at_start,
    cast(sum(case when runs_at_end then monthly_amount else 0 end) as decimal(18, 4)) as recurring_at_end
from contracts
group by customer_id, as_of_date
having max(case when ran_at_start then 1 else 0 end) = 1
