/* Prevents: events that count for nothing because the seed event_points does not know their type, and nobody
   is told. A warning, because such a type may be meant to be worth nothing. */
{{ config(severity='warn') }}
with

events as (

    select event_type from {{ ref('int_events') }}
    where outcome = 'accepted'
    union all
    select event_type from {{ ref('int_campaign_touches') }}
    where outcome = 'accepted' and event_type is not null

)

select
    events.event_type,
    count(*) as events_without_points
from events
left join {{ ref('event_points') }} as known on events.event_type = known.event_type
where known.event_type is null
group by events.event_type
