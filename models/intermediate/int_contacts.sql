/* One row per customer of the CRM's list: how to reach the person, as the CRM has it today. */
{{ config(materialized='view') }}
select
    customer_id,
    name,
    email,
    phone,
    birth_date
from {{ ref('stg_customers') }}
where outcome = 'accepted'
