{% macro star_with(alias, columns) -%}
    {#- All columns of a relation, with other expressions in the place of some: a dictionary by their names. -#}
    {{ return(adapter.dispatch('star_with', 'customer_tiering')(alias, columns)) }}
{%- endmacro %}


{% macro duckdb__star_with(alias, columns) -%}
    {{ alias }}.* replace (
        {%- for name, expression in columns.items() %}{{ expression }} as {{ name }}{{ ', ' if not loop.last }}{% endfor -%}
    )
{%- endmacro %}


{% macro spark__star_with(alias, columns) -%}
    {%- for name, expression in columns.items() %}{{ expression }} as {{ name }}, {% endfor -%}
    {{ alias }}.* except ({{ columns | join(', ') }})
{%- endmacro %}
