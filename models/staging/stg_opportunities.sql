/* One row per record of the sales opportunities, typed, each with its outcome as far as this source alone
   tells it; int_opportunities has the final one. */
with

{{ typed_records('opportunities', {
    'opportunity_id': 'id', 'customer_id': 'customer', 'created_at': 'date', 'stage': 'code', 'amount': 'money',
    'currency': 'currency', 'closed_at': 'any_date', 'expected_close_at': 'any_date', 'contact_roles': 'code',
    'updated_at': 'any_date',
}, ends={'created_at': 'closed_at'}) }}

{{ resolve_versions('opportunities', key=['opportunity_id'], latest='updated_at') }}

select * from resolved
