/* One row per raw record: what became of it. Every source ends up here, so nothing is lost. */
{{ config(materialized='view') }}
{% set outcomes = {
    'customers': ('int_customer_records', 'record_id'),
    'orders': ('int_orders', 'order_id'),
    'order_items': ('int_order_items', 'order_id'),
    'products': ('stg_products', 'product_id'),
    'refunds': ('int_refund_records', 'refund_id'),
    'interactions': ('int_interactions', 'interaction_id'),
    'events': ('int_events', 'event_id'),
    'fx_rates': ('stg_fx_rates', 'currency'),
    'tier_overrides': ('int_tier_overrides', 'customer_id'),
    'tickets': ('int_tickets', 'ticket_id'),
    'campaigns': ('stg_campaigns', 'campaign_id'),
    'campaign_touches': ('int_campaign_touches', 'touch_id'),
    'opportunities': ('int_opportunities', 'opportunity_id'),
    'subscriptions': ('int_subscriptions', 'subscription_id'),
    'surveys': ('int_surveys', 'response_id'),
    'referrals': ('int_referrals', 'referral_id'),
    'social_profiles': ('int_social_profiles', 'customer_id'),
    'consents': ('int_consents', 'customer_id'),
    'identity_decisions': ('stg_identity_decisions', 'customer_id'),
} %}
{% for source, (model, key) in outcomes.items() %}
select
    '{{ source }}' as source,
    source_row,
    {{ key }} as record_id,
    outcome,
    reject_reason
from {{ ref(model) }}
{{ 'union all' if not loop.last }}
{% endfor %}
