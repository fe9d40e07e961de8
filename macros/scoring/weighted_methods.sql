{% macro weighted_methods() -%}
    {#- The methods of the variable scoring_methods that count in the composite: those with a weight in
        a policy of a business line or by its goal, as the seeds have it while the model compiles. Before the
        seeds exist (parsing, linting), and in a unit test: all of them. No ref, because a unit test would
        ask for its rows; the seeds are there before int_scoring_dates, on which all that asks rests. -#}
    {%- set weights, lines = table_of('seeds', 'policy_weights'), table_of('seeds', 'business_lines') -%}
    {%- if not execute or model.resource_type == 'unit_test' or not load_relation(weights) -%}
        {{ return(scoring_methods()) }}
    {%- endif -%}
    {%- set weighted = asked_column(
        'select distinct method from ' ~ weights ~ ' where cast(weight as double) > 0 and (policy = '
        ~ "'default' or policy in (select lines.policy from " ~ lines ~ ' as lines)) union select method from '
        ~ table_of('seeds', 'goal_weights') ~ ' where cast(change as double) > 0 and goal in (select lines.goal from '
        ~ lines ~ ' as lines)'
    ) -%}
    {{ return(scoring_methods() | select('in', weighted) | list) }}
{%- endmacro %}
