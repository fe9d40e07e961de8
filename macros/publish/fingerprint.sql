{% macro fingerprint(relation) -%}
    {#- A query of one text: the row count and an order-free hash of every column. -#}
    select cast(count(*) as string) || '-' || coalesce(cast(bit_xor({{ row_hash('hashed') }}) as string), '0')
    from {{ relation }} as hashed
{%- endmacro %}
