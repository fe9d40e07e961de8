/* One row per record of the events export, with its final outcome: a record of somebody who is
   neither in the CRM's list nor has an order is rejected. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_events'}) }}
with

events as (

    select * from {{ ref('stg_events') }}

),

customers as (

    select customer_id from {{ ref('int_customers') }}

)

select
    events.source_row,
    events.event_id,
    events.customer_id,
    cast(events.occurred_at as date) as event_date,
    events.occurred_at,
    events.event_type,
    events.product_id,
    events.session_id,
    events.properties,
    case
        when events.outcome = 'accepted' and customers.customer_id is null then 'rejected'
        else events.outcome
    end as outcome,
    case
        when events.outcome = 'accepted' and customers.customer_id is null
            then 'unknown_customer'
        else events.reject_reason
    end as reject_reason
from events
left join customers on events.customer_id = customers.customer_id
