{% macro raw_source_names() -%}
    {#- The sources of the raw contract, in the order in which people think of them. -#}
    {{ return([
        'customers', 'orders', 'order_items', 'products',
        'refunds', 'interactions', 'events', 'fx_rates',
    ]) }}
{%- endmacro %}
