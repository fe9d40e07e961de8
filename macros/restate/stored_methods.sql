{% macro stored_methods() -%}
    {#- The methods in scoring_parameters that stored tables hang on: those with a weight in the composite,
        and those that guardrails ask for, with what they rest on in turn. Scores and segments are views;
        a parameter of another method restates nothing. -#}
    {%- set methods = ['cut_points', 'lifecycle'] + weighted_methods() -%}
    {%- for name in rule_models(rules_of('guardrail')) if name not in ['int_customers', 'segment_lifecycle'] -%}
        {#- Of a segment of scores it is not known here which ones. -#}
        {%- do methods.extend([name.split('_', 1)[1]] if name.startswith('score_') else scoring_methods() + ['cluster', 'tree']) -%}
    {%- endfor -%}
    {{ return(methods | unique | list) }}
{%- endmacro %}
