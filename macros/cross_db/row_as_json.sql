{% macro row_as_json(row_alias, columns=none) -%}
    {#- The row of a table alias as JSON text: the whole row, or some columns of it. -#}
    {{ return(adapter.dispatch('row_as_json', 'customer_tiering')(row_alias, columns)) }}
{%- endmacro %}

{% macro duckdb__row_as_json(row_alias, columns) -%}
    {%- set values = [] -%}
    {%- for column in columns or [] -%}{%- do values.append(column ~ ': ' ~ row_alias ~ '.' ~ column) -%}{%- endfor -%}
    cast(to_json({{ '{' ~ values | join(', ') ~ '}' if columns else row_alias }}) as string)
{%- endmacro %}

{% macro spark__row_as_json(row_alias, columns) -%}
    {%- set values = [] -%}
    {%- for column in columns or ['*'] -%}{%- do values.append(row_alias ~ '.' ~ column) -%}{%- endfor -%}
    to_json(struct({{ values | join(', ') }}), map('ignoreNullFields', 'false'))
{%- endmacro %}
