/* One row per customer at the current date: the action that the seed `actions` names for their tier, for what
   comes before all else or their stage, and for their worth; and the channel it goes through. Nobody is sent to a
   channel that they have left. A message goes where the last campaign was answered; a call or a visit, and what
   goes to those who have answered none, where the action says; else to the first channel that they permit. */
{% set in_person = "planned_channel in ('phone', 'visit', 'none')" %}
{% set refused = "', ' || coalesce(refused_channels, '') || ',' like '%, ' || {} || ',%'" %}
with

customers as (

    select
        candidate.customer_id,
        candidate.tier_code,
        -- noqa: disable=RF01
        measures.segment_worth.segment as worth,
        measures.score_clv.lifetime_value,
        measures.int_customer_features.open_ticket_count > 0 as has_open_ticket,
        measures.int_customer_features.answered_channel,
        case
            when
                measures.nps_class = 'detractor'
                and measures.int_customer_features.days_since_nps_answer <= 365
                then cast(measures.int_customer_features.nps_answer as integer)
        end as unhappy_answer,
        /* What holds today, also what was refused after the as-of date. */
        coalesce(contacts.permitted_channels, measures.int_customer_features.permitted_channels)
            as permitted_channels,
        coalesce(contacts.refused_channels, measures.int_customer_features.refused_channels)
            as refused_channels,
        case when candidate.days_to_renewal <= 45 then candidate.days_to_renewal end as renewed_in,
        candidate.lifecycle_stage
        -- noqa: enable=RF01
    from {{ ref('customer_tier_candidate') }} as candidate
    inner join {{ ref('customer_measures') }} as measures on candidate.customer_id = measures.customer_id
    left join {{ ref('customer_contacts') }} as contacts on candidate.customer_id = contacts.customer_id

),

situations as (

    select
        *,
        /* An open case comes before all, then what has made them unhappy, then a contract that ends. While
           somebody sets the tier of a lapsed customer, they are not lost. */
        case
            when tier_code = 'P' then 'prospect'
            when has_open_ticket then 'service_first'
            when tier_code = 'L' then 'churned'
            when unhappy_answer is not null then 'detractor'
            when renewed_in is not null then 'renewal_due'
            when lifecycle_stage = 'churned' then 'dormant'
            else lifecycle_stage
        end as situation
    from customers

),

planned as (

    select
        situations.*,
        cast(actions.action_code as string) as action_code,
        cast(actions.worth as string) as worth_in_seed,
        cast(actions.channel as string) as planned_channel
    from situations
    left join {{ ref('actions') }} as actions
        on
            situations.tier_code = cast(actions.tier_code as string)
            and situations.situation = cast(actions.lifecycle_stage as string)
            and cast(actions.worth as string) in ('any', situations.worth)

)

select
    *,
    {{ refused.format('planned_channel') }} as is_refused,
    case
        when {{ in_person }} and not {{ refused.format('planned_channel') }} then planned_channel
        when not {{ refused.format('answered_channel') }} then answered_channel
        when not {{ refused.format('planned_channel') }} then planned_channel
        else coalesce({{ dbt.split_part('permitted_channels', "', '", 1) }}, 'none')
    end as channel
from planned
