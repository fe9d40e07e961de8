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
        'tickets': ['ticket_id', 'customer_id', 'opened_at'],
        'campaigns': ['campaign_id'],
        'campaign_touches': ['touch_id', 'customer_id', 'campaign_id', 'touched_at'],
        'opportunities': ['opportunity_id', 'customer_id', 'created_at', 'stage'],
        'subscriptions': ['subscription_id', 'customer_id', 'started_at'],
        'surveys': ['response_id', 'customer_id', 'answered_at', 'question', 'answer'],
        'referrals': ['referral_id', 'customer_id', 'referred_at'],
        'social_profiles': ['customer_id', 'platform', 'followers'],
        'deletions': ['customer_id'],
    }) }}
{%- endmacro %}
