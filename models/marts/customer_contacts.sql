/* One row per customer of the CRM's list: who it is and how to reach them. The one published table
   with personal columns; it is left out of the export unless EXPORT_PERSONAL says otherwise. */
{{ config(materialized='restated', meta={'customers_restated_by': 'int_touched_customers'}) }}
select
    customer_id,
    name,
    email,
    phone,
    birth_date
from {{ of_touched_customers(ref('int_customer_records')) }}
where outcome = 'accepted'
