{#- The sentence that explains a tier to the last point, in the words of the label seeds.
    Written out once per language: word order is not a parameter. Of one concat_ws() each, because a
    chain of || copies the text at every link; what stands in it may be null and is left out then. -#}

{% macro one_decimal(number) -%}
    cast(cast(round({{ number }}, 1) as decimal(18, 1)) as string)
{%- endmacro %}

{% macro every_days_en(number) -%}
    case when {{ number }} < 1.5 then 'every day' else concat_ws('', 'every ', {{ whole(number) }}, ' days') end
{%- endmacro %}

{% macro every_days_zh(number) -%}
    case when {{ number }} < 1.5 then '每天' else concat_ws('', '每', {{ whole(number) }}, '天') end
{%- endmacro %}

{% macro whole(number) -%}
    cast(cast(round({{ number }}) as integer) as string)
{%- endmacro %}

{% macro days_ago_en(days) -%}
    case {{ days }} when 0 then 'today' when 1 then 'yesterday' else concat_ws(' ', cast({{ days }} as string), 'days ago') end
{%- endmacro %}

{% macro days_ago_zh(days) -%}
    case {{ days }} when 0 then '今天' when 1 then '昨天' else concat_ws('', cast({{ days }} as string), '天前') end
{%- endmacro %}

{% macro at_least_a_tenth(number) -%}
    {#- A distance that rounds to nothing is still a distance. -#}
    case when {{ number }} < 0.1 then '<0.1' else {{ one_decimal(number) }} end
{%- endmacro %}


{% macro tier_reason_en(methods) -%}
    case
        when composite_score is null
            then concat_ws('', 'Prospect: has not bought yet.', {{ override_reason_en() }})
        else concat_ws(
            '',
            'Tier ', tier_code, ' (', tier_name_en, ') with ', {{ one_decimal('composite_score') }},
            ' of 100 points. ', stage_en, ': last purchase ', {{ days_ago_en('recency_days') }}, '; ',
            cast(order_count as string), case when order_count = 1 then ' order' else ' orders' end,
            ' and {{ setting("reporting_currency") }} ',
            {{ grouped_digits('net_revenue') }}, ' net revenue in the last {{ var("lookback_days") }} days. Points: ',
            {%- for method in methods %}
            case when {{ method }}_points is not null then concat_ws(
                '', {% if not loop.first %}{{ comma_after(methods[:loop.index0]) }}, {% endif -%}
                {{ method }}_en, ' ', {{ one_decimal(method ~ '_points') }}, ' of ',
                {{ one_decimal('100 * ' ~ method ~ '_weight') }}
            ) end,
            {%- endfor %}
            '.',
            case when is_in_grace then concat_ws(
                '', ' Grace: tier ', raw_tier_code,
                ' by points; a better tier of before is kept for a while.'
            ) end,
            ' Guardrail: ' || guardrail_en || '.',
            case when guardrail_en is null and not is_overridden then
                ' ' || {{ at_least_a_tenth('points_to_next_tier') }} || ' points to tier ' || next_tier_code || '.'
            end,
            case
                when tier_code = 'L' then ' A purchase makes a customer of them again.'
                when not is_held_down or next_tier_code is null then null
                when lifecycle_stage = 'dormant'
                    then ' Points alone lead to no better tier: a purchase comes first.'
                when guardrail_en is null then ' A guardrail allows no better tier, whatever the points.'
            end,
            {{ override_reason_en() }}
        )
    end
{%- endmacro %}


{% macro tier_reason_zh(methods) -%}
    case
        when composite_score is null
            then concat_ws('', '潜在客户：尚未购买。', {{ override_reason_zh() }})
        else concat_ws(
            '',
            tier_code, '级（', tier_name_zh, '），综合得分', {{ one_decimal('composite_score') }},
            '分（满分100分）。', stage_zh, '：最近一次购买在', {{ days_ago_zh('recency_days') }},
            '，近{{ var("lookback_days") }}天下单', cast(order_count as string), '次，净消费',
            {{ grouped_digits('net_revenue') }}, ' {{ setting("reporting_currency") }}。得分构成：',
            {%- for method in methods %}
            case when {{ method }}_points is not null then concat_ws(
                '', {% if not loop.first %}{{ comma_after(methods[:loop.index0], '，') }}, {% endif -%}
                {{ method }}_zh, {{ one_decimal(method ~ '_points') }}, '分（满分',
                {{ one_decimal('100 * ' ~ method ~ '_weight') }}, '分）'
            ) end,
            {%- endfor %}
            '。',
            case when is_in_grace then concat_ws(
                '', '宽限期：按得分为', raw_tier_code, '级，暂时保留此前较高的等级。'
            ) end,
            '等级上下限规则：' || guardrail_zh || '。',
            case when guardrail_zh is null and not is_overridden then
                '距离' || next_tier_code || '级还差' || {{ at_least_a_tenth('points_to_next_tier') }} || '分。'
            end,
            case
                when tier_code = 'L' then '再次购买即恢复为现有客户。'
                when not is_held_down or next_tier_code is null then null
                when lifecycle_stage = 'dormant' then '休眠期间得分再高也不会升级，需先再次购买。'
                when guardrail_zh is null then '受等级上下限规则限制，得分再高也不会升级。'
            end,
            {{ override_reason_zh() }}
        )
    end
{%- endmacro %}


{% macro comma_after(methods, comma=', ') -%}
    {#- The comma before a method, where one before it had something to say. -#}
    case
        when coalesce({% for method in methods %}{{ method }}_points{{ ', ' if not loop.last }}{% endfor %}) is not null
            then '{{ comma }}'
    end
{%- endmacro %}


{% macro override_reason_en() -%}
    case when override_tier_code is not null then concat_ws(
        '', case when is_overridden then ' Set by hand' else ' Tier ' || override_tier_code || ' waits' end,
        ' (', override_author, ', until ', cast(override_until as string), '): ', override_reason, '.'
    ) end
{%- endmacro %}

{% macro override_reason_zh() -%}
    case when override_tier_code is not null then concat_ws(
        '', case when is_overridden then '人工定级' else '首次购买后定为' || override_tier_code || '级' end,
        '（', override_author, '，有效期至', cast(override_until as string), '）：', override_reason, '。'
    ) end
{%- endmacro %}
