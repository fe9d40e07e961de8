/* One row per comparison and level of likely matches: how two records are compared, in the order in which
   it is asked. For `make identity-train`, which learns the weights of exactly these. */
{{ config(materialized='view') }}
{{- wait_for_config() }}
{% for comparison, level, condition in likely_conditions() %}
select
    '{{ comparison }}' as comparison,
    '{{ level }}' as level,
    {{ dbt.string_literal(dbt.escape_single_quotes(condition)) }} as condition, -- noqa: LT05
    {{ loop.index }} as place
{{ 'union all' if not loop.last }}
{% endfor %}
