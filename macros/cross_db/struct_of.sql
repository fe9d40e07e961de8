{% macro struct_of(row_alias, columns) -%}
    {#- Some columns of a table alias as one value; `name.column` reads a column of it again. -#}
    {{ return(adapter.dispatch('struct_of', 'customer_tiering')(row_alias, columns)) }}
{%- endmacro %}

{% macro duckdb__struct_of(row_alias, columns) -%}
    struct_pack(
        {%- for column in columns %}{{ column }} := {{ row_alias }}.{{ column }}{{ ', ' if not loop.last }}{% endfor -%}
    )
{%- endmacro %}

{% macro spark__struct_of(row_alias, columns) -%}
    struct({% for column in columns %}{{ row_alias }}.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}
