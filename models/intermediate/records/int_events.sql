/* One row per record of the events export, with its final outcome: a record of somebody who is
   neither in the CRM's list nor has an order is rejected. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_events'}) }}
{{ of_known_customers(
    'stg_events', ['event_id', 'occurred_at', 'event_type', 'product_id', 'session_id', 'properties'],
    days={'event_date': 'occurred_at'}
) }}
