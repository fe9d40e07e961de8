/* One row per customer: a hash of all that is known about them, by which the next run sees whose
   facts have changed, however they came: appended, corrected, exported anew or taken out. Where a record
   stands in its file does not count. */
{% set other_facts = {
    'int_interactions': ['interaction_id', 'interaction_date', 'result'],
    'int_events': ['event_id', 'event_type', 'occurred_at', 'product_id', 'session_id'],
    'int_tickets': ['ticket_id', 'opened_date', 'closed_date', 'satisfaction'],
    'int_campaign_touches': ['touch_id', 'touch_date', 'event_type', 'has_discount', 'channel'],
    'int_opportunities': [
        'opportunity_id', 'created_date', 'closed_date', 'stage_kind', 'probability', 'amount', 'contact_roles',
    ],
    'int_subscriptions': [
        'subscription_id', 'started_date', 'renewal_date', 'cancelled_date', 'monthly_amount',
    ],
    'int_surveys': ['response_id', 'question', 'answered_at', 'attitude', 'agreement'],
    'int_referrals': ['referral_id', 'referral_date', 'won_date'],
    'int_consents': ['channel', 'is_permitted', 'since_at'],
    'int_social_profiles': ['platform', 'followers', 'measured_at'],
} %}
with

facts as (

    {% for model_name in ['int_customer_days', 'int_customers', 'int_purchase_lines'] %}
    select
        customer_id,
        {{ row_hash('records') }} as row_hash
    from {{ ref(model_name) }} as records -- noqa: AL05
    union all
    {% endfor %}

    /* Which line an order or refund belongs to matters for customers who buy in several. */
    select
        orders.customer_id,
        {{ row_hash('orders') }} as row_hash
    from (
        select
            orders.customer_id,
            orders.order_id,
            orders.business_line,
            orders.ordered_at,
            orders.amount
        from {{ ref('int_orders') }} as orders
        inner join {{ ref('int_customers') }} as customers
            on orders.customer_id = customers.customer_id and customers.needs_leading_line
        where orders.outcome = 'accepted'
    ) as orders

    union all

    select
        refunds.customer_id,
        {{ row_hash('refunds') }} as row_hash
    from (
        select
            customer_id,
            source,
            refund_id,
            business_line,
            refund_date,
            amount
        from {{ ref('int_refunds') }}
        where outcome = 'accepted'
    ) as refunds

    {% for model_name, columns in other_facts.items() %}
    union all

    select
        customer_id,
        {{ row_hash('records') }} as row_hash
    from (
        select
            {% for column in columns %}
            {{ column }},
            {% endfor %}
            customer_id
        from {{ ref(model_name) }}
        where outcome = 'accepted'
    ) as records
    {% endfor %}

),

overrides as (

    select
        customer_id,
        bit_xor({{ row_hash('overrides') }}) as override_fingerprint
    from (
        select
            customer_id,
            tier_code,
            reason,
            author,
            valid_from,
            valid_until
        from {{ ref('int_tier_overrides') }}
        where outcome = 'accepted'
    ) as overrides
    group by customer_id

),

hashed as (

    select
        customer_id,
        bit_xor(row_hash) as fingerprint
    from facts
    group by customer_id

)

select
    hashed.customer_id,
    hashed.fingerprint,
    overrides.override_fingerprint
from hashed
left join overrides on hashed.customer_id = overrides.customer_id
