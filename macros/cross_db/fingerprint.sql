{% macro fingerprint(relation) -%}
    {#- A query of one text: the row count and an order-free hash of every column. -#}
    {{ return(adapter.dispatch('fingerprint', 'customer_tiering')(relation)) }}
{%- endmacro %}

{% macro duckdb__fingerprint(relation) -%}
    select
        cast(count(*) as string) || '-' || coalesce(cast(bit_xor(hash(hashed)) as string), '0')
    from {{ relation }} as hashed
{%- endmacro %}

{% macro spark__fingerprint(relation) -%}
    select
        cast(count(*) as string) || '-'
        || coalesce(cast(bit_xor(xxhash64(to_json(struct(hashed.*)))) as string), '0')
    from {{ relation }} as hashed
{%- endmacro %}
