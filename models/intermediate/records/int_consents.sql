/* One row per record of which channels customers permit, with its final outcome: a record of somebody who is
   neither in the CRM's list nor has an order is rejected, and so is a word for a channel or a state that
   nobody has explained. One without a date has always held. A member of an account permits for nobody but
   themselves. */
with

consents as (

    {{ of_known_customers('stg_consents', ['channel', 'state', 'since'], members_too=true) }}

),

states as (

    select
        cast(state as string) as state,
        is_permitted = 'true' as is_permitted
    from {{ ref('consent_states') }}

),

/* Of the channels that people are reached through, none is no channel. */
channels as (

    select
        cast(word as string) as word,
        cast(channel as string) as channel
    from {{ ref('contact_channels') }}
    where channel <> 'none'

),

explained as (

    select
        consents.*,
        channels.channel as known_channel,
        states.is_permitted,
        case
            when consents.outcome <> 'accepted' then consents.reject_reason
            when channels.channel is null then 'unknown_channel'
            when states.is_permitted is null then 'unknown_consent'
        end as why_not
    from consents
    left join states on consents.state = states.state
    left join channels on consents.channel = channels.word

)

select
    source_row,
    customer_id,
    known_channel as channel,
    is_permitted,
    coalesce(since, timestamp '1900-01-01') as since_at,
    cast(coalesce(since, timestamp '1900-01-01') as date) as since_date,
    case when outcome = 'accepted' and why_not is not null then 'rejected' else outcome end as outcome,
    why_not as reject_reason
from explained
