/* One row per evaluated customer, date and horizon: what came, from the day after the date until the end of
   the horizon. This is the protocol that every measurement of methods keeps. */
{{ config(materialized='table') }}
with

customers as (

    select
        customer_id,
        as_of_date
    from {{ ref('evaluation_customers') }}

),

/* Once each, before the dates multiply them. */
known as (

    select distinct customer_id from customers

),

talked_of as (

    select cast(event_type as string) as event_type
    from {{ ref('event_points') }}
    where cast(event_group as string) in ('share', 'review')

),

facts as (

    select
        days.customer_id,
        days.activity_date,
        days.net_revenue,
        days.costed_revenue,
        days.costed_margin,
        days.order_count,
        0 as voices
    from {{ ref('int_customer_days') }} as days
    inner join known on days.customer_id = known.customer_id

    union all

    select
        events.customer_id,
        events.event_date as activity_date,
        0 as net_revenue,
        0 as costed_revenue,
        0 as costed_margin,
        0 as order_count,
        1 as voices
    from {{ ref('int_events') }} as events
    inner join known on events.customer_id = known.customer_id
    inner join talked_of on events.event_type = talked_of.event_type
    where events.outcome = 'accepted'

    union all

    select
        referrals.customer_id,
        referrals.referral_date as activity_date,
        0 as net_revenue,
        0 as costed_revenue,
        0 as costed_margin,
        0 as order_count,
        1 as voices
    from {{ ref('int_referrals') }} as referrals
    inner join known on referrals.customer_id = known.customer_id
    where referrals.outcome = 'accepted' and referrals.referral_date is not null

),

came as (

    select
        customers.customer_id,
        customers.as_of_date,
        dates.horizon_days,
        sum(facts.net_revenue) as net_revenue,
        sum(facts.costed_revenue) as costed_revenue,
        sum(facts.costed_margin) as costed_margin,
        sum(facts.order_count) as orders,
        count(case when facts.order_count > 0 then 1 end) as purchase_days,
        sum(facts.voices) as voices
    from facts
    inner join customers
        on facts.customer_id = customers.customer_id and facts.activity_date > customers.as_of_date
    inner join {{ ref('evaluation_dates') }} as dates
        on customers.as_of_date = dates.as_of_date and facts.activity_date <= dates.last_date
    group by customers.customer_id, customers.as_of_date, dates.horizon_days

)

select
    customers.customer_id,
    customers.as_of_date,
    dates.horizon_days,
    cast(coalesce(came.net_revenue, 0) as decimal(18, 4)) as net_revenue,
    /* As in the features: the margin rate of what has a cost, on all net revenue. */
    case
        when coalesce(came.net_revenue, 0) = 0 and coalesce(came.orders, 0) = 0 then cast(0 as decimal(18, 4))
        when came.costed_revenue > 0
            then cast({{ round_double(
                'cast(came.net_revenue as double) * cast(came.costed_margin as double)'
                ~ ' / cast(came.costed_revenue as double)', 4
            ) }} as decimal(18, 4))
    end as margin,
    cast(coalesce(came.orders, 0) as integer) as orders,
    cast(coalesce(came.purchase_days, 0) as integer) as purchase_days,
    cast(coalesce(came.voices, 0) as integer) as voices
from customers
inner join {{ ref('evaluation_dates') }} as dates on customers.as_of_date = dates.as_of_date
left join came
    on
        customers.customer_id = came.customer_id
        and customers.as_of_date = came.as_of_date
        and dates.horizon_days = came.horizon_days
