{% macro rule_condition(condition) -%}
    {#- One condition as SQL; of a text capitals do not count. What config_errors would refuse is false
        here, not text in a query. -#}
    {%- set kind = condition.kind -%}
    {%- set asks = condition.operator in ['is_null', 'is_not_null'] -%}
    {%- if not kind or kind not in rule_operators().get(condition.operator, [])
        or not (asks or rule_value_is_valid(condition.value, kind)) -%}
        1 = 0
    {%- elif asks -%}
        {{ condition.metric }} {{ condition.operator | replace('_', ' ') }}
    {%- elif condition.operator == 'in' -%}
        lower({{ condition.metric }}) in (
            {%- for value in condition.value.lower().split('|') -%}
                {{ dbt.string_literal(dbt.escape_single_quotes(value | trim)) }}{{ ', ' if not loop.last }}
            {%- endfor -%}
        )
    {%- elif kind == 'text' -%}
        lower({{ condition.metric }}) {{ condition.operator }} {{ rule_value(condition.value.lower(), kind) }}
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
    {#- The conditions in words: the measure without its model, but for a score or segment, which many have. -#}
    {%- set groups = [] -%}
    {%- for group in rule.groups -%}
        {%- set parts = [] -%}
        {%- for condition in group -%}
            {%- set name = condition.metric.split('.')[1] -%}
            {%- set name = condition.metric if name in ['score', 'segment'] else name -%}
            {%- do parts.append((name ~ ' ' ~ condition.operator ~ ' ' ~ (condition.value or '')) | trim) -%}
        {%- endfor -%}
        {%- do groups.append(parts | join(' and ')) -%}
    {%- endfor -%}
    {{ return(groups | join(' or ')) }}
{%- endmacro %}


{% macro from_rule_metrics(rules, restated_by=none) -%}
    {#- The tables that rules ask, each under its own name, after `from`. (At the current date the table
        customer_measures holds all of them.)
        Args:
            restated_by: the model of the dates that a run restates, where no others are asked for. -#}
    {%- for name in ['int_customer_features'] + rule_models(rules) -%}
    {%- set rows = to_restate(ref(name), restated_by) if restated_by and name != 'int_customers' else ref(name) -%}
    {%- if loop.first %}
    {{ rows }} as {{ name }}
    {%- else %}
    {#- Every one of them has a row for each; a left join would work it out for all dates, whatever is asked. #}
    inner join {{ rows }} as {{ name }}
        on
            int_customer_features.customer_id = {{ name }}.customer_id
            {%- if name != 'int_customers' %}
            and int_customer_features.as_of_date = {{ name }}.as_of_date
            {%- endif %}
    {%- endif %}
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
