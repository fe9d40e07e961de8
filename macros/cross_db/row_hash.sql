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


{% macro hash_of(value) -%}
    {#- The same of one value, from 0 to 2^63 - 1. -#}
    {{ return(adapter.dispatch('hash_of', 'customer_tiering')(value)) }}
{%- endmacro %}

{% macro duckdb__hash_of(value) -%}
    cast(hash({{ value }}) >> 1 as bigint)
{%- endmacro %}

{% macro spark__hash_of(value) -%}
    (xxhash64({{ value }}) & 9223372036854775807)
{%- endmacro %}
