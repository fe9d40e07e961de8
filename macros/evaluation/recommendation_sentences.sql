{#- The sentence of method_recommendation, written out once per language: word order is no parameter. -#}

{% macro per_cent(number) -%}
    {{ one_decimal('100 * ' ~ number) }}
{%- endmacro %}


{% macro outcome_en() -%}
    case named.outcome
        when 'net_revenue' then 'net revenue' when 'margin' then 'margin'
        when 'orders' then 'orders' else 'shares, reviews and referrals'
    end
{%- endmacro %}


{% macro outcome_zh() -%}
    case named.outcome
        when 'net_revenue' then '净消费' when 'margin' then '毛利' when 'orders' then '订单' else '分享、评价和推荐'
    end
{%- endmacro %}


{% macro recommendation_sentence_en() -%}
    case named.verdict
        when 'too_little_data' then concat_ws(
            '', 'Too little data to compare methods: ', cast(named.customers as string), ' customers on ',
            cast(named.dates as string), ' past dates. Until then take RFM, or what method_guide says.'
        )
        when 'not_measured' then concat_ws(
            '', 'Not measured: the data do not hold ',
            case named.outcome when 'margin' then 'costs' else {{ outcome_en() }} end, ' of this line.'
        )
        when 'winner' then concat_ws(
            '', 'Use ', firsts.first_en, ': its best 20 % of the customers brought ',
            {{ per_cent('firsts.first_share') }}, ' % of the ', {{ outcome_en() }}, ' of the next ',
            cast(named.horizon_days as string), ' days, past spend alone ', {{ per_cent('firsts.past_share') }},
            ' %. No other method does as well.'
        )
        when 'shared_lead' then concat_ws(
            '', 'Use ', firsts.first_en, ': its best 20 % of the customers brought ',
            {{ per_cent('firsts.first_share') }}, ' % of the ', {{ outcome_en() }}, ' of the next ',
            cast(named.horizon_days as string), ' days, past spend alone ', {{ per_cent('firsts.past_share') }},
            ' %. These do as well as far as can be told: ', firsts.equals_en, '.'
        )
        else concat_ws(
            '', 'No clear winner: no method is shown to find more of the ', {{ outcome_en() }}, ' of the next ',
            cast(named.horizon_days as string), ' days than past spend alone. The first is ', firsts.first_en,
            ': its best 20 % of the customers brought ', {{ per_cent('firsts.first_share') }},
            ' %, past spend ', {{ per_cent('firsts.past_share') }},
            ' %; as so many methods are compared, the true difference may be anything from ',
            {{ per_cent('firsts.gap_low') }}, ' to ', {{ per_cent('firsts.gap_high') }},
            ' points. Take the simplest that people trust.'
        )
    end
{%- endmacro %}


{% macro recommendation_sentence_zh() -%}
    case named.verdict
        when 'too_little_data' then concat_ws(
            '', '数据太少，无法比较各方法：', cast(named.customers as string), '位客户、',
            cast(named.dates as string), '个历史日期。在此之前请用RFM，或参考 method_guide。'
        )
        when 'not_measured' then concat_ws(
            '', '未验证：数据中没有该业务线的', case named.outcome when 'margin' then '成本' else {{ outcome_zh() }} end, '。'
        )
        when 'winner' then concat_ws(
            '', '建议使用', firsts.first_zh, '：其前20%的客户带来了此后', cast(named.horizon_days as string), '天',
            {{ outcome_zh() }}, '的', {{ per_cent('firsts.first_share') }}, '%，仅看历史消费为',
            {{ per_cent('firsts.past_share') }}, '%。没有其他方法同样好。'
        )
        when 'shared_lead' then concat_ws(
            '', '建议使用', firsts.first_zh, '：其前20%的客户带来了此后', cast(named.horizon_days as string), '天',
            {{ outcome_zh() }}, '的', {{ per_cent('firsts.first_share') }}, '%，仅看历史消费为',
            {{ per_cent('firsts.past_share') }}, '%。以下方法看不出差别：', replace(firsts.equals_zh, ', ', '、'), '。'
        )
        else concat_ws(
            '', '没有明显胜出的方法：没有哪种方法被证明比仅看历史消费能找到更多此后', cast(named.horizon_days as string),
            '天的', {{ outcome_zh() }}, '。排在最前的是', firsts.first_zh, '：其前20%的客户带来了',
            {{ per_cent('firsts.first_share') }}, '%，历史消费为', {{ per_cent('firsts.past_share') }},
            '%；由于同时比较多种方法，真实差距可能在', {{ per_cent('firsts.gap_low') }}, '到',
            {{ per_cent('firsts.gap_high') }}, '个百分点之间。请选大家信得过的最简单的方法。'
        )
    end
{%- endmacro %}
