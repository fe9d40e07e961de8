/* One row per comparison and level of likely matches: how two records are compared, in the order in which it is
   asked. For `make identity-train`, which learns the weights of exactly these. */
{{ config(materialized='view') }}
{% for comparison in likely_comparisons() %}
{% set column = comparison.column %}
{% set one, other = column ~ '_l', column ~ '_r' %}
{% for level, condition in [
    ('missing', one ~ ' is null or ' ~ other ~ ' is null'), ('same', one ~ ' = ' ~ other),
    ('near', likely_near(column, one, other)), ('other', 'else'),
] %}
select
    '{{ column }}' as comparison,
    {{ loop.index }} as place,
    '{{ level }}' as level,
    {{ dbt.string_literal(dbt.escape_single_quotes(condition)) }} as condition
{{ 'union all' if not loop.last }}
{% endfor %}
{{ 'union all' if not loop.last }}
{% endfor %}
