/* One row per customer: a hash of all that is known about them, by which the next run sees whose
   facts have changed, however they came: appended, corrected, exported anew or taken out. */
with

facts as (

    select
        customer_id,
        {{ row_hash('days') }} as row_hash
    from {{ ref('int_customer_days') }} as days -- noqa: AL05

    union all

    select
        customer_id,
        {{ row_hash('customers') }} as row_hash
    from {{ ref('int_customers') }} as customers -- noqa: AL05

    union all

    /* Which line an order or refund belongs to matters for who buys in several. */
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

    union all

    select
        customer_id,
        {{ row_hash('purchase_lines') }} as row_hash
    from {{ ref('int_purchase_lines') }} as purchase_lines -- noqa: AL05

    union all

    select
        events.customer_id,
        {{ row_hash('events') }} as row_hash
    from (
        select
            customer_id,
            event_id,
            event_type,
            occurred_at,
            product_id,
            session_id
        from {{ ref('int_events') }}
        where outcome = 'accepted'
    ) as events

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
