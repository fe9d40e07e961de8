/* One row per record of who was reached by a campaign, typed, each with its outcome. */
with

{{ typed_records('campaign_touches', {
    'touch_id': 'id', 'customer_id': 'customer', 'campaign_id': 'id', 'touched_at': 'date', 'channel': 'text',
    'outcome': 'code', 'arm': 'code',
}, renamed={'outcome': 'touch_outcome'}) }}

{{ resolve_versions('campaign_touches', key=['touch_id']) }}

select * from resolved
