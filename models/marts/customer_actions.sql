/* One row per customer at the current date: what to do next, why, and how urgent it is. */
with

customers as (

    select * from {{ ref('customer_tier_candidate') }}

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
    cast(actions.action_code as string) as action_code,
    cast(actions.action_en as string) as action_en,
    cast(actions.action_zh as string) as action_zh,
    cast(actions.channel as string) as channel,
    cast(actions.cadence_days as integer) as cadence_days,
    cast(actions.owner_role as string) as owner_role,
    cast(actions.budget_class as string) as budget_class,
    cast(actions.priority as integer) as priority,
    customers.net_revenue as revenue_at_stake,
    cast(actions.expected_effect_en as string) as expected_effect_en,
    cast(actions.expected_effect_zh as string) as expected_effect_zh,
    cast(actions.risk_en as string) as risk_en,
    cast(actions.risk_zh as string) as risk_zh,
    case
        when customers.composite_score is null then customers.stage_en || ': has not bought yet.'
        else
            concat_ws(
                '', 'Tier ', customers.tier_code, ', ', customers.stage_en, ': last purchase ',
                cast(customers.recency_days as string), ' days ago, ',
                case customers.rhythm_source
                    when 'own' then 'usually every '
                    when 'business_line' then 'others of the line usually every '
                    else 'own rhythm not known yet, assumed every '
                end,
                {{ days_in_words('customers.usual_interval_days') }}, ' days.'
            )
    end as reason_en,
    case
        when customers.composite_score is null then customers.stage_zh || '：尚未购买。'
        else
            concat_ws(
                '', customers.tier_code, '级', customers.stage_zh, '：最近一次购买在',
                cast(customers.recency_days as string), '天前，',
                case customers.rhythm_source
                    when 'own' then '通常每'
                    when 'business_line' then '同业务线客户通常每'
                    else '自身节奏未知，暂按每'
                end,
                {{ days_in_words('customers.usual_interval_days') }}, '天购买一次。'
            )
    end as reason_zh
from customers
left join actions
    on
        customers.tier_code = cast(actions.tier_code as string)
        and customers.lifecycle_stage = cast(actions.lifecycle_stage as string)
