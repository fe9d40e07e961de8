/* One row per record of the service tickets, typed, each with its outcome. */
with

{{ typed_records('tickets', {
    'ticket_id': 'id', 'customer_id': 'customer', 'opened_at': 'date', 'closed_at': 'any_date', 'category': 'text',
    'priority': 'code', 'satisfaction': 'number', 'channel': 'text',
}, ends={'opened_at': 'closed_at'}) }}

{{ resolve_versions('tickets', key=['ticket_id']) }}

select * from resolved
