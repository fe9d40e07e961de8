/* One row per statement of which channel somebody permits or refuses: accepted consents, and campaign
   messages by which they unsubscribed, of which the day is known. The latest one of a channel holds, of two
   at one time the refusal. */
{{ config(materialized='view') }}
select
    customer_id,
    channel,
    is_permitted,
    since_at,
    since_date
from {{ ref('int_consents') }}
where outcome = 'accepted'
union all
select
    touches.customer_id,
    cast(channels.channel as string) as channel,
    false as is_permitted,
    cast({{ dbt.dateadd('day', 1, 'touches.touch_date') }} as timestamp) as since_at,
    touches.touch_date as since_date
from {{ ref('int_campaign_touches') }} as touches
inner join {{ ref('contact_channels') }} as channels on lower(touches.channel) = cast(channels.word as string)
where
    touches.outcome = 'accepted'
    and touches.event_type = 'campaign_unsubscribed'
    and channels.channel <> 'none'
