{#- The segments that rules decide, as expressions: for every date in the views segment_<set>, and for the
    current one in customer_measures, where what they ask stands side by side. -#}

{% macro rule_segment(rule_set) -%}
    {#- The first rule of a set, by priority, that a customer meets; before it who is not asked, after it who
        meets none. -#}
    {%- set unmet = {'persona': 'everyday_shopper', 'scenario': 'none', 'attitude': 'undecided',
        'market': 'general_market'} -%}
    {%- set first = first_rule(rules_of(rule_set), unmet[rule_set]) -%}
    {%- if rule_set == 'persona' -%}
    case when int_customer_features.purchase_day_count = 0 then 'prospect' else {{ first }} end
    {%- elif rule_set == 'attitude' -%}
    case
        when
            coalesce(
                {%- for answer in answers_to_surveys() %}
                int_customer_features.{{ answer }}{{ ',' if not loop.last }}
                {%- endfor %}
            ) is null
            then 'no_answer'
        else {{ first }}
    end
    {%- else -%}
    {{ first }}
    {%- endif -%}
{%- endmacro %}


{% macro nps_class() -%}
    {#- 9 and 10 promote, 7 and 8 are passive, 0 to 6 detract (Reichheld, "The one number you need to grow",
        Harvard Business Review, December 2003). -#}
    case
        when int_customer_features.nps_answer is null then 'no_answer'
        when int_customer_features.nps_answer >= 9 then 'promoter'
        when int_customer_features.nps_answer >= 7 then 'passive'
        else 'detractor'
    end
{%- endmacro %}


{% macro answers_to_surveys() -%}
    {{ return(['nps_answer', 'price_agreement', 'novelty_agreement', 'service_agreement', 'quality_agreement']) }}
{%- endmacro %}
