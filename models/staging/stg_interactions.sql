/* One row per record of the interactions export, typed, each with its outcome. */
with

{{ typed_records('interactions', {
    'interaction_id': 'id', 'customer_id': 'customer', 'occurred_at': 'date', 'channel': 'text', 'kind': 'text',
    'direction': 'code', 'outcome': 'text', 'duration_minutes': 'number',
}, renamed={'outcome': 'result'}) }}

{{ resolve_versions('interactions', key=['interaction_id']) }}

select * from resolved
