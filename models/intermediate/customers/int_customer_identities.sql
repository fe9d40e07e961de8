/* One row per record that is one of several of a customer: whose it is, and why. For the layers that do not
   read staging, where it is found. */
{{ config(materialized='view') }}
select
    record_id,
    customer_id,
    system,
    matched_by,
    decided_by,
    first_date
from {{ ref('identities') }}
