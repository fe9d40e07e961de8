{#- Which rules cannot be met or are never reached. Seen are bounds of numbers, equal texts and lists; what
    two different measures have to do with each other is not known here. -#}

{% macro group_bounds(group, metric, metrics) -%}
    {#- What a group asks of a number: the highest lower and the lowest upper bound, each with whether the
        bound itself is in. -#}
    {%- set found = namespace(low=none, low_in=true, high=none, high_in=true) -%}
    {%- for condition in group if condition.metric == metric and metrics.get(metric) == 'number'
        and rule_value_is_valid(condition.value, 'number') -%}
        {%- set value = condition.value | float -%}
        {%- if condition.operator in ['>', '>=', '='] and (found.low is none or value > found.low
            or (value == found.low and condition.operator == '>')) -%}
            {%- set found.low, found.low_in = value, condition.operator != '>' -%}
        {%- endif -%}
        {%- if condition.operator in ['<', '<=', '='] and (found.high is none or value < found.high
            or (value == found.high and condition.operator == '<')) -%}
            {%- set found.high, found.high_in = value, condition.operator != '<' -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}


{% macro group_contradicts(group, metrics) -%}
    {%- for metric in group | map(attribute='metric') | unique -%}
        {%- set bounds = group_bounds(group, metric, metrics) -%}
        {%- if bounds.low is not none and bounds.high is not none and (bounds.low > bounds.high
            or (bounds.low == bounds.high and not (bounds.low_in and bounds.high_in))) -%}
            {{ return(true) }}
        {%- endif -%}
        {%- set same = group | selectattr('metric', 'equalto', metric) | list -%}
        {%- set texts = same | selectattr('operator', 'equalto', '=') | map(attribute='value') | unique | list -%}
        {%- set asks = same | map(attribute='operator') | list -%}
        {%- if (texts | length > 1 and metrics.get(metric) != 'number') or ('is_null' in asks and asks | length > 1) -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}


{% macro is_hidden_by(rule, earlier, metrics) -%}
    {#- Whether every group of a rule implies some group of an earlier one. -#}
    {%- for group in rule.groups -%}
        {%- set found = namespace(implied=false) -%}
        {%- for wider in earlier.groups -%}
            {%- set missing = namespace(any=false) -%}
            {%- for condition in wider if not group_implies(group, condition, metrics) -%}
                {%- set missing.any = true -%}
            {%- endfor -%}
            {%- if not missing.any %}{% set found.implied = true %}{% endif -%}
        {%- endfor -%}
        {%- if not found.implied %}{{ return(false) }}{% endif -%}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}


{% macro group_implies(group, condition, metrics) -%}
    {%- set bounds = group_bounds(group, condition.metric, metrics) -%}
    {%- set same = group | selectattr('metric', 'equalto', condition.metric) | list -%}
    {%- set operator, value = condition.operator, condition.value -%}
    {%- if metrics.get(condition.metric) == 'number' and operator in ['<', '<=', '>', '>=']
        and rule_value_is_valid(value, 'number') -%}
        {%- set limit = value | float -%}
        {%- if operator in ['>', '>='] -%}
            {{ return(bounds.low is not none and (bounds.low > limit
                or (bounds.low == limit and (operator == '>=' or not bounds.low_in)))) }}
        {%- endif -%}
        {{ return(bounds.high is not none and (bounds.high < limit
            or (bounds.high == limit and (operator == '<=' or not bounds.high_in)))) }}
    {%- elif operator == 'is_not_null' -%}
        {{ return(same | rejectattr('operator', 'equalto', 'is_null') | list | length > 0) }}
    {%- endif -%}
    {%- set allowed = (value or '').split('|') | map('trim') | list if operator == 'in' else [value] -%}
    {%- for other in same -%}
        {%- set others = (other.value or '').split('|') | map('trim') | list if other.operator == 'in' else [other.value] -%}
        {%- if (other.operator == operator or (operator == 'in' and other.operator == '='))
            and others | reject('in', allowed) | list | length == 0 -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
