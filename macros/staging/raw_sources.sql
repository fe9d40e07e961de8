{% macro raw_sources() -%}
    {#- The sources of the raw contract, in the order in which people think of them, each with the
        columns that it must have. The deletions are read by no model: the raw layer keeps the
        records of those people out. -#}
    {{ return({
        'customers': ['customer_id'],
        'orders': ['order_id', 'customer_id', 'ordered_at', 'amount'],
        'order_items': ['order_id', 'product_id', 'quantity', 'unit_price'],
        'products': ['product_id'],
        'refunds': ['refund_id', 'customer_id', 'refunded_at', 'amount'],
        'interactions': ['interaction_id', 'customer_id', 'occurred_at', 'channel'],
        'events': ['event_id', 'customer_id', 'occurred_at', 'event_type'],
        'fx_rates': ['currency', 'valid_from', 'rate'],
        'tier_overrides': ['customer_id', 'tier_code', 'reason', 'author', 'valid_from', 'valid_until'],
        'deletions': ['customer_id'],
    }) }}
{%- endmacro %}
