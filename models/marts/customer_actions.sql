/* One row per customer at the current date: what to do next, why, and how urgent it is. */
{% set currency = setting('reporting_currency') %}
{% set brought = order_amount('choices.lifetime_net_revenue') %}
{% set runs_on = 'candidate.is_under_contract and choices.renewed_in is null' %}
{% set open_deal = order_amount('choices.open_deal') %}
with

labels as (

    select
        cast(segment as string) as channel,
        cast(name_en as string) as name_en,
        cast(name_zh as string) as name_zh
    from {{ ref('segment_labels') }}
    where method = 'channel'

)

select
    candidate.customer_id,
    candidate.as_of_date,
    candidate.business_line,
    candidate.tier_code,
    candidate.lifecycle_stage,
    choices.worth,
    choices.action_code,
    choices.action_en,
    choices.action_zh,
    choices.channel,
    choices.cadence_days,
    choices.owner_role,
    choices.budget_class,
    choices.priority,
    cast(coalesce(choices.lifetime_value, 0) as decimal(18, 4)) as value_at_stake,
    choices.expected_effect_en,
    choices.expected_effect_zh,
    choices.risk_en,
    choices.risk_zh,
    case
        when choices.situation = 'won_deal'
            then candidate.stage_en || ': a deal was won, but no order has come.'
        when candidate.composite_score is null then candidate.stage_en || ': has not bought yet.'
        else
            concat_ws(
                '', 'Tier ', candidate.tier_code, ', ', candidate.stage_en, ': last purchase ',
                {{ days_ago_en('candidate.recency_days') }}, ', ',
                case candidate.rhythm_source
                    when 'own' then 'usually '
                    when 'business_line' then 'others of the line usually '
                    else 'own rhythm not known yet, assumed '
                end,
                {{ every_days_en('candidate.usual_interval_days') }}, '.',
                case
                    when candidate.tier_code = 'L'
                        then ' So far they have brought {{ currency }} ' || {{ brought }} || '.'
                end,
                case when choices.has_open_ticket then ' An open ticket comes first.' end,
                case when choices.situation = 'detractor' then concat_ws(
                    '', ' Would they recommend us? ', cast(choices.unhappy_answer as string),
                    ' of 10 points, ', {{ days_ago_en('choices.days_since_nps_answer') }}, '.'
                ) end,
                case when {{ runs_on }} then ' A contract runs.' end,
                ' A contract is to be renewed ' || {{ in_days_en('choices.renewed_in') }} || '.'
            )
    end
    || coalesce(' Open deals: {{ currency }} ' || {{ open_deal }} || '.', '')
    || case
        when choices.channel = choices.planned_channel then ''
        when choices.channel = 'none'
            then ' ' || planned.name_en || ' is refused, and nothing else permitted: ask at the next order.'
        when choices.is_refused then ' ' || planned.name_en || ' is refused: ' || used.name_en || ' instead.'
        else ' The last answer came by this channel: ' || used.name_en || '.'
    end as reason_en,
    case
        when choices.situation = 'won_deal' then candidate.stage_zh || '：商机已赢单，但尚无订单。'
        when candidate.composite_score is null then candidate.stage_zh || '：尚未购买。'
        else
            concat_ws(
                '', candidate.tier_code, '级，', candidate.stage_zh, '：最近一次购买在',
                {{ days_ago_zh('candidate.recency_days') }}, '，',
                case candidate.rhythm_source
                    when 'own' then '通常'
                    when 'business_line' then '同业务线客户通常'
                    else '自身节奏未知，暂按'
                end,
                {{ every_days_zh('candidate.usual_interval_days') }}, '购买一次。',
                case
                    when candidate.tier_code = 'L'
                        then '累计净消费' || {{ brought }} || '{{ currency_zh() }}。'
                end,
                case when choices.has_open_ticket then '请先处理未结工单。' end,
                case when choices.situation = 'detractor' then concat_ws(
                    '', {{ days_ago_zh('choices.days_since_nps_answer') }}, '的推荐意愿评分为',
                    cast(choices.unhappy_answer as string), '分（满分10分）。'
                ) end,
                case when {{ runs_on }} then '合同或订阅生效中。' end,
                '合同或订阅' || {{ in_days_zh('choices.renewed_in') }} || '到期，待续约。'
            )
    end
    || coalesce('未结商机' || {{ open_deal }} || '{{ currency_zh() }}。', '')
    || case
        when choices.channel = choices.planned_channel then ''
        when choices.channel = 'none'
            then '客户已拒绝' || planned.name_zh || '，也未许可其他渠道：下次下单时请征询许可。'
        when choices.is_refused then '客户已拒绝' || planned.name_zh || '，改用' || used.name_zh || '。'
        else '客户最近一次通过' || used.name_zh || '回应，因此用该渠道。'
    end as reason_zh
from {{ ref('customer_tier_candidate') }} as candidate
inner join {{ ref('action_choices') }} as choices on candidate.customer_id = choices.customer_id
left join labels as planned on choices.planned_channel = planned.channel
left join labels as used on choices.channel = used.channel
