{% macro row_hash(row_alias) -%}
    {#- A whole number of 64 bits that stands for all values of a row of a table alias. -#}
    {{ return(adapter.dispatch('row_hash', 'customer_tiering')(row_alias)) }}
{%- endmacro %}

{% macro duckdb__row_hash(row_alias) -%}
    hash({{ row_alias }})
{%- endmacro %}

{% macro spark__row_hash(row_alias) -%}
    xxhash64(to_json(struct({{ row_alias }}.*)))
{%- endmacro %}
