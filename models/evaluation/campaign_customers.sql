/* One row per campaign and customer whom it reached, or whom it left out for comparison: the arm, what came
   in the days of the campaign, what came in the window before it, and tier and stage as they were before it.
   Somebody who is in two arms is in none: `mixed`. */
{{ config(materialized='table') }}
with

touches as (

    select
        campaign_id,
        customer_id,
        case
            when count(distinct coalesce(arm, 'treated')) > 1 then 'mixed'
            else min(coalesce(arm, 'treated'))
        end as arm
    from {{ ref('int_campaign_touches') }}
    where outcome = 'accepted'
    group by campaign_id, customer_id

),

/* The days are those of the campaign, for everybody in it: a control was reached on no day. */
spans as (

    select
        campaign_id,
        first_day,
        last_day
    from {{ ref('int_campaigns') }}

),

/* The latest published date before it: what the campaign did cannot have moved anybody by then. */
dates_before as (

    select
        spans.campaign_id,
        max(dates.as_of_date) as as_of_date
    from spans
    inner join {{ ref('int_scoring_dates') }} as dates
        on dates.is_published and spans.first_day > dates.as_of_date
    group by spans.campaign_id

),

reached as (

    select
        touches.campaign_id,
        touches.customer_id,
        touches.arm,
        spans.first_day,
        spans.last_day,
        cast({{ dbt.dateadd('day', -1 * (var('lookback_days') | int), 'spans.first_day') }} as date) -- noqa: LT05
            as first_day_before,
        dates_before.as_of_date
    from touches
    inner join spans on touches.campaign_id = spans.campaign_id
    left join dates_before on touches.campaign_id = dates_before.campaign_id

),

bought as (

    select
        reached.campaign_id,
        reached.customer_id,
        sum(case when days.activity_date >= reached.first_day then days.order_count else 0 end) as orders,
        sum(case when days.activity_date >= reached.first_day then days.net_revenue else 0 end) as spend,
        sum(case when days.activity_date < reached.first_day then days.net_revenue else 0 end)
            as earlier_spend
    from reached
    inner join {{ ref('int_customer_days') }} as days
        on
            reached.customer_id = days.customer_id
            and reached.first_day_before <= days.activity_date
            and reached.last_day >= days.activity_date
    group by reached.campaign_id, reached.customer_id

),

/* A mail that was opened is no visit: nobody can open what was not sent. */
visit_types as (

    select cast(event_type as string) as event_type
    from {{ ref('event_points') }}
    where
        cast(event_group as string) in ('visit', 'search', 'view', 'favourite', 'cart')
        and cast(event_type as string) not like 'email%'

),

visited as (

    select distinct
        reached.campaign_id,
        reached.customer_id
    from reached
    inner join {{ ref('int_events') }} as events
        on
            reached.customer_id = events.customer_id
            and reached.first_day <= events.event_date
            and reached.last_day >= events.event_date
    inner join visit_types on events.event_type = visit_types.event_type
    where events.outcome = 'accepted'

)

select
    reached.campaign_id,
    reached.customer_id,
    reached.arm,
    reached.first_day,
    reached.last_day,
    assigned.tier_code,
    assigned.lifecycle_stage,
    visited.customer_id is not null as has_visited,
    coalesce(bought.orders, 0) > 0 as has_bought,
    cast(coalesce(bought.spend, 0) as decimal(16, 2)) as spend,
    cast(coalesce(bought.earlier_spend, 0) as decimal(16, 2)) as earlier_spend
from reached
left join {{ ref('tier_assigned') }} as assigned
    on reached.customer_id = assigned.customer_id and reached.as_of_date = assigned.as_of_date
left join bought on reached.campaign_id = bought.campaign_id and reached.customer_id = bought.customer_id
left join visited on reached.campaign_id = visited.campaign_id and reached.customer_id = visited.customer_id
