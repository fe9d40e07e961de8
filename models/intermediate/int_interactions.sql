/* One row per record of the interactions export, with its final outcome: a record of somebody who is
   neither in the CRM's list nor has an order is rejected. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_interactions'}) }}
with

interactions as (

    select * from {{ ref('stg_interactions') }}

),

customers as (

    select customer_id from {{ ref('int_customers') }}

)

select
    interactions.source_row,
    interactions.interaction_id,
    interactions.customer_id,
    cast(interactions.occurred_at as date) as interaction_date,
    interactions.occurred_at,
    interactions.channel,
    interactions.kind,
    interactions.direction,
    interactions.result,
    interactions.duration_minutes,
    case
        when interactions.outcome = 'accepted' and customers.customer_id is null then 'rejected'
        else interactions.outcome
    end as outcome,
    case
        when interactions.outcome = 'accepted' and customers.customer_id is null
            then 'unknown_customer'
        else interactions.reject_reason
    end as reject_reason
from interactions
left join customers on interactions.customer_id = customers.customer_id
