/* One row per record of the events export, typed, each with its outcome. */
with

{{ typed_records('events', {
    'event_id': 'id', 'customer_id': 'customer', 'occurred_at': 'date', 'event_type': 'code', 'product_id': 'other_id',
    'session_id': 'text', 'properties': 'text',
}) }}

{{ resolve_versions('events', key=['event_id']) }}

select * from resolved
