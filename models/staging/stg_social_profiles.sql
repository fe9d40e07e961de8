/* One row per record of the customers' profiles on social platforms, typed, each with its outcome. A later
   measurement is a record of its own. */
with

{{ typed_records('social_profiles', {
    'customer_id': 'customer', 'platform': 'code', 'followers': 'amount', 'measured_at': 'past_date',
}) }}

{{ resolve_versions(
    'social_profiles', key=['customer_id', 'platform', 'measured_at'], may_lack='measured_at'
) }}

select * from resolved
