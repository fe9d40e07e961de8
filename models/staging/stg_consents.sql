/* One row per record of which channels customers permit, typed, each with its outcome. Another state is a
   record of its own, also on the same day: then the refusal holds. */
with

{{ typed_records('consents', {
    'customer_id': 'customer', 'channel': 'code', 'state': 'code', 'since': 'past_date',
}) }}

{{ resolve_versions('consents', key=['customer_id', 'channel', 'state', 'since'], may_lack='since') }}

select * from resolved
