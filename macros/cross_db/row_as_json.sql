{% macro row_as_json(row_alias) -%}
    {#- The whole row of a table alias as JSON text. -#}
    {{ return(adapter.dispatch('row_as_json', 'customer_tiering')(row_alias)) }}
{%- endmacro %}

{% macro duckdb__row_as_json(row_alias) -%}
    cast(to_json({{ row_alias }}) as string)
{%- endmacro %}

{% macro spark__row_as_json(row_alias) -%}
    to_json(struct({{ row_alias }}.*), map('ignoreNullFields', 'false'))
{%- endmacro %}
