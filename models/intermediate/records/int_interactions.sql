/* One row per record of the interactions export, with its final outcome: a record of somebody who is
   neither in the CRM's list nor has an order is rejected. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_interactions'}) }}
{{ of_known_customers(
    'stg_interactions',
    ['interaction_id', 'occurred_at', 'channel', 'kind', 'direction', 'result', 'duration_minutes'],
    days={'interaction_date': 'occurred_at'}
) }}
