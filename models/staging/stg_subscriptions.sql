/* One row per record of the subscriptions and contracts, typed, each with its outcome as far as this source
   alone tells it; int_subscriptions has the final one. */
with

{{ typed_records('subscriptions', {
    'subscription_id': 'id', 'customer_id': 'customer', 'started_at': 'date', 'plan': 'text',
    'monthly_amount': 'money', 'currency': 'currency', 'renews_at': 'any_date', 'cancelled_at': 'any_date',
    'updated_at': 'any_date',
}, ends={'started_at': 'cancelled_at'}) }}

{{ resolve_versions('subscriptions', key=['subscription_id'], latest='updated_at') }}

select * from resolved
