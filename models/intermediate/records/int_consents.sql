/* One row per record of which channels customers permit, with its final outcome: a record of somebody who is
   neither in the CRM's list nor has an order is rejected, and so is a word that nobody has explained. One
   without a date has always held. A member of an account permits for nobody but themselves. */
with

consents as (

    {{ of_known_customers('stg_consents', ['channel', 'state', 'since'], members_too=true) }}

),

states as (

    select
        cast(state as string) as state,
        is_permitted = 'true' as is_permitted
    from {{ ref('consent_states') }}

)

select
    consents.source_row,
    consents.customer_id,
    consents.channel,
    states.is_permitted,
    coalesce(consents.since, timestamp '1900-01-01') as since_at,
    cast(coalesce(consents.since, timestamp '1900-01-01') as date) as since_date,
    case
        when consents.outcome = 'accepted' and states.is_permitted is null then 'rejected'
        else consents.outcome
    end as outcome,
    case
        when consents.outcome = 'accepted' and states.is_permitted is null then 'unknown_consent'
        else consents.reject_reason
    end as reject_reason
from consents
left join states on consents.state = states.state
