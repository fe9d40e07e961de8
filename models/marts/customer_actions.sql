/* One row per customer at the current date: what to do next, why, and how urgent it is. */
with

customers as (

    select
        candidate.*,
        -- noqa: disable=RF01
        measures.segment_worth.segment as worth,
        measures.score_clv.lifetime_value,
        measures.int_customer_features.open_ticket_count,
        coalesce(contacts.permitted_channels, measures.int_customer_features.permitted_channels)
            as permitted_channels,
        coalesce(contacts.refused_channels, measures.int_customer_features.refused_channels)
            as refused_channels,
        case when candidate.days_to_renewal <= 45 then candidate.days_to_renewal end as renewed_in,
        /* An open case comes before all, then a contract that ends. While somebody sets the tier of a lapsed
           customer, they are not lost. */
        case
            when candidate.tier_code = 'P' then 'prospect'
            when measures.int_customer_features.open_ticket_count > 0 then 'service_first'
            when candidate.tier_code = 'L' then 'churned'
            when candidate.days_to_renewal <= 45 then 'renewal_due'
            when candidate.lifecycle_stage = 'churned' then 'dormant'
            else candidate.lifecycle_stage
        end as stage_to_act_on
        -- noqa: enable=RF01
    from {{ ref('customer_tier_candidate') }} as candidate
    inner join {{ ref('customer_measures') }} as measures on candidate.customer_id = measures.customer_id
    /* What holds today, also what was refused after the as-of date. */
    left join {{ ref('customer_contacts') }} as contacts on candidate.customer_id = contacts.customer_id

),

actions as (

    select * from {{ ref('actions') }}

)

select
    customers.customer_id,
    customers.as_of_date,
    customers.business_line,
    customers.tier_code,
    customers.lifecycle_stage,
    customers.worth,
    cast(actions.action_code as string) as action_code,
    cast(actions.action_en as string) as action_en,
    cast(actions.action_zh as string) as action_zh,
    /* Nobody is sent to a channel that they have left: the first that they permit, else none. */
    case
        when
            ', ' || customers.refused_channels || ',' like '%, ' || cast(actions.channel as string) || ',%'
            then coalesce({{ dbt.split_part('customers.permitted_channels', "', '", 1) }}, 'none')
        else cast(actions.channel as string)
    end as channel,
    cast(actions.cadence_days as integer) as cadence_days,
    cast(actions.owner_role as string) as owner_role,
    cast(actions.budget_class as string) as budget_class,
    cast(actions.priority as integer) as priority,
    cast(coalesce(customers.lifetime_value, 0) as decimal(18, 4)) as value_at_stake,
    cast(actions.expected_effect_en as string) as expected_effect_en,
    cast(actions.expected_effect_zh as string) as expected_effect_zh,
    cast(actions.risk_en as string) as risk_en,
    cast(actions.risk_zh as string) as risk_zh,
    case
        when customers.composite_score is null then customers.stage_en || ': has not bought yet.'
        else
            concat_ws(
                '', 'Tier ', customers.tier_code, ', ', customers.stage_en, ': last purchase ',
                {{ days_ago_en('customers.recency_days') }}, ', ',
                case customers.rhythm_source
                    when 'own' then 'usually '
                    when 'business_line' then 'others of the line usually '
                    else 'own rhythm not known yet, assumed '
                end,
                {{ every_days_en('customers.usual_interval_days') }}, '.',
                case when customers.open_ticket_count > 0 then ' An open ticket comes first.' end,
                ' A contract is to be renewed ' || {{ in_days_en('customers.renewed_in') }} || '.'
            )
    end as reason_en,
    case
        when customers.composite_score is null then customers.stage_zh || '：尚未购买。'
        else
            concat_ws(
                '', customers.tier_code, '级，', customers.stage_zh, '：最近一次购买在',
                {{ days_ago_zh('customers.recency_days') }}, '，',
                case customers.rhythm_source
                    when 'own' then '通常'
                    when 'business_line' then '同业务线客户通常'
                    else '自身节奏未知，暂按'
                end,
                {{ every_days_zh('customers.usual_interval_days') }}, '购买一次。',
                case when customers.open_ticket_count > 0 then '请先处理未结工单。' end,
                '合同' || {{ in_days_zh('customers.renewed_in') }} || '续约。'
            )
    end as reason_zh
from customers
left join actions
    on
        customers.tier_code = cast(actions.tier_code as string)
        and customers.stage_to_act_on = cast(actions.lifecycle_stage as string)
        and cast(actions.worth as string) in ('any', customers.worth)
