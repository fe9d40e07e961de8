{% macro rule_condition(condition) -%}
    {#- One condition as SQL. What config_errors would refuse is false here, not text in a query. -#}
    {%- set kind = rule_metrics().get(condition.metric) -%}
    {%- set asks = condition.operator in ['is_null', 'is_not_null'] -%}
    {%- if not kind or kind not in rule_operators().get(condition.operator, [])
        or not (asks or rule_value_is_valid(condition.value, kind)) -%}
        1 = 0
    {%- elif asks -%}
        {{ condition.metric }} {{ condition.operator | replace('_', ' ') }}
    {%- elif condition.operator == 'in' -%}
        {{ condition.metric }} in (
            {%- for value in condition.value.split('|') -%}
                {{ dbt.string_literal(dbt.escape_single_quotes(value | trim)) }}{{ ', ' if not loop.last }}
            {%- endfor -%}
        )
    {%- else -%}
        {{ condition.metric }} {{ condition.operator }} {{ rule_value(condition.value, kind) }}
    {%- endif -%}
{%- endmacro %}


{% macro rule_value(value, kind) -%}
    {%- if kind == 'text' -%} {{ dbt.string_literal(dbt.escape_single_quotes(value)) }}
    {%- elif kind == 'date' -%} date '{{ value }}'
    {%- else -%} {{ value }}
    {%- endif -%}
{%- endmacro %}


{% macro rule_is_met(rule) -%}
    {#- Whether a customer meets a rule: of the rule's policy, and all conditions of one group. -#}
    {%- set groups = [] -%}
    {%- for group in rule.groups -%}
        {%- set parts = [] -%}
        {%- for condition in group %}{% do parts.append(rule_condition(condition) | trim) %}{% endfor -%}
        {%- do groups.append('(' ~ parts | join(' and ') ~ ')') -%}
    {%- endfor -%}
    {%- if rule.policy != 'all' -%}
        int_customer_features.policy = {{ dbt.string_literal(dbt.escape_single_quotes(rule.policy)) }} and {% endif -%}
    ({{ groups | join(' or ') }})
{%- endmacro %}


{% macro rule_text(rule) -%}
    {#- The conditions in words, as they stand in the seed. -#}
    {%- set groups = [] -%}
    {%- for group in rule.groups -%}
        {%- set parts = [] -%}
        {%- for condition in group -%}
            {%- do parts.append(
                (condition.metric.split('.')[1] ~ ' ' ~ condition.operator ~ ' ' ~ (condition.value or '')) | trim
            ) -%}
        {%- endfor -%}
        {%- do groups.append(parts | join(' and ')) -%}
    {%- endfor -%}
    {{ return(groups | join(' or ')) }}
{%- endmacro %}


{% macro from_rule_metrics(rules, at_current=false) -%}
    {#- The tables that rules ask, each under its own name, after `from`. -#}
    {%- set others = rule_models(rules) -%}
    {{ at_current_date('int_customer_features') if at_current else ref('int_customer_features') }} as int_customer_features
    {%- for other in others %}
    left join {{ at_current_date(other) if at_current else ref(other) }} as {{ other }}
        on
            int_customer_features.customer_id = {{ other }}.customer_id
            and int_customer_features.as_of_date = {{ other }}.as_of_date
    {%- endfor %}
{%- endmacro %}


{% macro first_rule(rules, default) -%}
    {#- The first rule, by priority, that a customer meets; the default where there is none. -#}
    {%- if rules -%}
    case
        {%- for rule in rules %}
        when {{ rule_is_met(rule) }} then {{ dbt.string_literal(dbt.escape_single_quotes(rule.rule)) }}
        {%- endfor %}
        else '{{ default }}'
    end
    {%- else -%}
    '{{ default }}'
    {%- endif -%}
{%- endmacro %}
