/* One row per customer at the current date: the action that the seed `actions` names for their tier, for
   what comes before all else or their stage, and for their worth; and the channel it goes through. Nobody is
   sent to a channel that they have left. What marketing sends goes where the last campaign was answered, all
   else as the action says; where that is refused, to the first channel that they permit. */
{% set refused = "', ' || coalesce(refused_channels, '') || ',' like '%, ' || {} || ',%'" %}
with

customers as (

    select
        candidate.customer_id,
        candidate.tier_code,
        -- noqa: disable=RF01
        measures.segment_worth.segment as worth,
        measures.score_clv.lifetime_value,
        measures.int_customer_features.lifetime_net_revenue,
        measures.int_customer_features.open_ticket_count > 0 as has_open_ticket,
        nullif(measures.int_customer_features.open_pipeline, 0) as open_deal,
        measures.int_customer_features.sales_cycle_days is not null as has_won_deal,
        /* A running contract keeps them customers; that they have stopped ordering is worth a question. */
        candidate.is_under_contract
        and candidate.recency_days > 3 * candidate.usual_interval_days as is_silent_under_contract,
        measures.int_customer_features.answered_channel,
        case
            when
                measures.nps_class = 'detractor'
                and measures.int_customer_features.days_since_nps_answer <= 365
                then cast(round(measures.int_customer_features.nps_answer) as integer)
        end as unhappy_answer,
        measures.int_customer_features.days_since_nps_answer,
        channels.permitted_channels,
        channels.refused_channels,
        case when candidate.days_to_renewal <= 45 then candidate.days_to_renewal end as renewed_in,
        candidate.lifecycle_stage
        -- noqa: enable=RF01
    from {{ ref('customer_tier_candidate') }} as candidate
    inner join {{ ref('customer_measures') }} as measures on candidate.customer_id = measures.customer_id
    left join {{ ref('int_permitted_channels') }} as channels on candidate.customer_id = channels.customer_id

),

situations as (

    select
        *,
        /* An open case comes before all, then what has made them unhappy, a contract that ends, a deal. While
           somebody sets the tier of a lapsed customer, they are not lost. */
        case
            when tier_code = 'P' and has_won_deal then 'won_deal'
            when tier_code <> 'P' and has_open_ticket then 'service_first'
            when unhappy_answer is not null and not (tier_code = 'L' and worth = 'low') then 'detractor'
            when tier_code not in ('L', 'P') and renewed_in is not null then 'renewal_due'
            when open_deal is not null then 'open_deal'
            when tier_code = 'P' then 'prospect'
            when tier_code = 'L' then 'churned'
            when is_silent_under_contract then 'contract_unused'
            when lifecycle_stage = 'churned' then 'dormant'
            else lifecycle_stage
        end as situation
    from customers

),

planned as (

    select
        situations.*,
        {% for column in ['action_code', 'action_en', 'action_zh', 'owner_role', 'budget_class',
            'expected_effect_en', 'expected_effect_zh', 'risk_en', 'risk_zh'] %}
        cast(actions.{{ column }} as string) as {{ column }},
        {% endfor %}
        cast(actions.cadence_days as integer) as cadence_days,
        cast(actions.priority as integer) as priority,
        cast(actions.channel as string) as planned_channel,
        actions.owner_role = 'marketing' as is_campaign
    from situations
    left join {{ ref('actions') }} as actions
        on
            situations.tier_code = cast(actions.tier_code as string)
            and situations.situation = cast(actions.lifecycle_stage as string)
            and cast(actions.worth as string)
            = case when situations.situation = 'churned' then situations.worth else 'any' end

)

select
    *,
    {{ refused.format('planned_channel') }} as is_refused,
    case
        when is_campaign and not {{ refused.format('answered_channel') }} then answered_channel
        when not {{ refused.format('planned_channel') }} then planned_channel
        else coalesce({{ dbt.split_part('permitted_channels', "', '", 1) }}, 'none')
    end as channel
from planned
