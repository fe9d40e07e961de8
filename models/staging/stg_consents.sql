/* One row per record of which channels customers permit, typed, each with its outcome. A later state is a
   record of its own. */
with

{{ typed_records('consents', {
    'customer_id': 'customer', 'channel': 'code', 'state': 'code', 'since': 'past_date',
}) }}

{{ resolve_versions('consents', key=['customer_id', 'channel', 'since'], may_lack='since') }}

select * from resolved
