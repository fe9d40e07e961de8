/* One row per record of the campaigns, typed, each with its outcome. */
with

{{ typed_records('campaigns', {
    'campaign_id': 'id', 'campaign_name': 'text', 'kind': 'code', 'channel': 'text', 'starts_at': 'any_date',
    'ends_at': 'any_date', 'cost': 'money', 'discount_rate': 'number',
    'control_share': 'number',
}) }}

{{ resolve_versions('campaigns', key=['campaign_id']) }}

select * from resolved
