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

{% macro in_days_en(days) -%}
    case {{ days }} when 0 then 'today' when 1 then 'tomorrow' else 'in ' || cast({{ days }} as string) || ' days' end
{%- endmacro %}

{% macro in_days_zh(days) -%}
    case {{ days }} when 0 then '今天' when 1 then '明天' else cast({{ days }} as string) || '天后' end
{%- endmacro %}

{% macro tier_start(score) -%}
    {#- Where a tier begins: whole points and tenths as such. -#}
    case
        when {{ score }} = round({{ score }}) then {{ whole(score) }}
        when {{ score }} = round({{ score }}, 1) then {{ one_decimal(score) }}
        else cast(cast({{ score }} as decimal(18, 2)) as string)
    end
{%- endmacro %}

{% macro currency_zh() -%}
    {{ return('元' if setting('reporting_currency') == 'CNY' else ' ' ~ setting('reporting_currency')) }}
{%- endmacro %}

{% macro order_amount(amount) -%}
    replace({{ grouped_digits(amount) }}, '.00', '')
{%- endmacro %}

{% macro points_so_far(methods) -%}
    {#- Rounded points of some methods together: what each adds to them adds up to the total as it is printed. -#}
    cast(round(0{% for method in methods %} + coalesce({{ method }}_points, 0){% endfor %}, 1) as decimal(18, 1))
{%- endmacro %}

{% macro printed_points(methods, place) -%}
    cast({{ points_so_far(methods[:place]) }} - {{ points_so_far(methods[:place - 1]) }} as string)
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
            {{ grouped_digits('net_revenue') }}, ' net revenue in the last {{ var("lookback_days") }} days. ',
            case when is_under_contract then concat_ws(
                '', 'A contract runs', ', to be renewed ' || {{ in_days_en('days_to_renewal') }}, '. '
            ) end,
            'Points: ',
            {%- for method in methods %}
            case when {{ method }}_points is not null then concat_ws(
                '', {% if not loop.first %}{{ comma_after(methods[:loop.index0]) }}, {% endif -%}
                {{ method }}_en, ' ', {{ printed_points(methods, loop.index) }}, ' of ',
                {{ one_decimal('100 * ' ~ method ~ '_weight') }}
            ) end,
            {%- endfor %}
            '.',
            case when is_in_grace then concat_ws(
                '', ' Grace: tier ', raw_tier_code,
                ' by points; a better tier of before is kept for a while.'
            ) end,
            ' Guardrail: ' || guardrail_en || '.',
            case
                when not is_held_down and guardrail_en is null
                    then ' Tier ' || next_tier_code || ' begins at ' || {{ tier_start('next_lower_score') }} || '.'
                when lifecycle_stage <> 'dormant' and guardrail_en is null and next_tier_code is not null
                    then ' A guardrail allows no better tier, whatever the points.'
            end,
            ' One more order of {{ setting("reporting_currency") }} ' || {{ order_amount('next_order_amount') }}
            || ' tomorrow brings ' || {{ one_decimal('next_order_score') }} || ' points and tier '
            || next_order_tier_code || '.',
            case
                when tier_code = 'L' and next_order_amount is null then ' A purchase makes a customer of them again.'
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
            {{ grouped_digits('net_revenue') }}, '{{ currency_zh() }}。',
            case when is_under_contract then concat_ws(
                '', '合同或订阅生效中', '，' || {{ in_days_zh('days_to_renewal') }} || '到期', '。'
            ) end,
            '得分构成：',
            {%- for method in methods %}
            case when {{ method }}_points is not null then concat_ws(
                '', {% if not loop.first %}{{ comma_after(methods[:loop.index0], '，') }}, {% endif -%}
                {{ method }}_zh, {{ printed_points(methods, loop.index) }}, '分（满分',
                {{ one_decimal('100 * ' ~ method ~ '_weight') }}, '分）'
            ) end,
            {%- endfor %}
            '。',
            case when is_in_grace then concat_ws(
                '', '宽限期：按得分为', raw_tier_code, '级，暂时保留此前较高的等级。'
            ) end,
            '等级上下限规则：' || guardrail_zh || '。',
            case
                when not is_held_down and guardrail_zh is null
                    then next_tier_code || '级从' || {{ tier_start('next_lower_score') }} || '分起。'
                when lifecycle_stage <> 'dormant' and guardrail_zh is null and next_tier_code is not null
                    then '受等级上下限规则限制，得分再高也不会升级。'
            end,
            '如明天再下一单（' || {{ order_amount('next_order_amount') }} || '{{ currency_zh() }}），得分为'
            || {{ one_decimal('next_order_score') }} || '分，等级为' || next_order_tier_code || '级。',
            case when tier_code = 'L' and next_order_amount is null then '再次购买即恢复为现有客户。' end,
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
