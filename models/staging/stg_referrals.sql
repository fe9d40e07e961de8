/* One row per record of whom customers have referred, typed, each with its outcome. */
with

{{ typed_records('referrals', {
    'referral_id': 'id', 'customer_id': 'customer', 'referred_at': 'date', 'referred_customer_id': 'other_id',
    'outcome': 'code',
}, renamed={'outcome': 'referral_outcome'}) }}

{{ resolve_versions('referrals', key=['referral_id']) }}

select * from resolved
