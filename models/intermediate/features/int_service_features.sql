/* One row per customer and scored date of the customer's scope with a ticket in the look-back window or a
   subscription: what service they needed, and what they are bound to. Whether a ticket was open on the date,
   or a subscription ran, follows from its own dates. */
with

tickets as (

    select *
    from {{ ref('int_tickets') }}
    where outcome = 'accepted'

),

subscriptions as (

    select *
    from {{ ref('int_subscriptions') }}
    where outcome = 'accepted'

),

dated_tickets as (

    select
        tickets.customer_id,
        dates.as_of_date,
        coalesce(tickets.closed_date > dates.as_of_date, true) as is_open,
        /* A ticket is rated when it is closed. */
        case when tickets.closed_date <= dates.as_of_date then tickets.satisfaction end as satisfaction
    from tickets
    {{ facts_in_window('tickets', 'dates', 'opened_date') }}

),

dated_subscriptions as (

    select
        subscriptions.customer_id,
        dates.as_of_date,
        subscriptions.monthly_amount,
        least(coalesce(subscriptions.cancelled_date, dates.as_of_date), dates.as_of_date) as until_date,
        case
            when subscriptions.renewal_date >= dates.as_of_date
                then {{ dbt.datediff('dates.as_of_date', 'subscriptions.renewal_date', 'day') }} -- noqa: LT05
        end as days_to_renewal,
        coalesce(subscriptions.cancelled_date > dates.as_of_date, true) as is_active
    from subscriptions
    {{ facts_in_window('subscriptions', 'dates', 'started_date', looks_back=0) }}

),

by_ticket as (

    select
        customer_id,
        as_of_date,
        cast(count(*) as integer) as ticket_count,
        cast(sum(case when is_open then 1 else 0 end) as integer) as open_ticket_count,
        {{ round_double('cast(sum(satisfaction) as double) / nullif(count(satisfaction), 0)', 2) }}
            as ticket_satisfaction
    from dated_tickets
    group by customer_id, as_of_date

),

by_subscription as (

    select
        customer_id,
        as_of_date,
        cast(sum(case when is_active then 1 else 0 end) as integer) as active_subscription_count,
        cast(coalesce(sum(case when is_active then monthly_amount end), 0) as decimal(18, 4))
            as monthly_recurring_revenue,
        cast(min(case when is_active then days_to_renewal end) as integer) as days_to_renewal,
        max(until_date) as contract_until
    from dated_subscriptions
    group by customer_id, as_of_date

)

select
    coalesce(by_ticket.customer_id, by_subscription.customer_id) as customer_id,
    coalesce(by_ticket.as_of_date, by_subscription.as_of_date) as as_of_date,
    by_ticket.ticket_count,
    by_ticket.open_ticket_count,
    by_ticket.ticket_satisfaction,
    by_subscription.active_subscription_count,
    by_subscription.monthly_recurring_revenue,
    by_subscription.days_to_renewal,
    by_subscription.contract_until
from by_ticket
full outer join by_subscription
    on
        by_ticket.customer_id = by_subscription.customer_id
        and by_ticket.as_of_date = by_subscription.as_of_date
