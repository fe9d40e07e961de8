{% macro weighted_mean(scores, weights, components) -%}
    {#- The mean of <component>_score by <component>_weight, rounded to two places; a component that is
        null leaves its weight to the others.
        Args: scores, weights: aliases of the two. -#}
    {%- set sums, parts = [], [] -%}
    {%- for component in components -%}
        {%- set score = scores ~ '.' ~ component ~ '_score' -%}
        {%- set weight = weights ~ '.' ~ component ~ '_weight' -%}
        {%- do sums.append('coalesce(' ~ weight ~ ' * ' ~ score ~ ', 0)') -%}
        {%- do parts.append('case when ' ~ score ~ ' is null then 0 else ' ~ weight ~ ' end') -%}
    {%- endfor -%}
    {{ round_double('(' ~ sums | join(' + ') ~ ') / nullif(' ~ parts | join(' + ') ~ ', 0)', 2) }}
{%- endmacro %}
