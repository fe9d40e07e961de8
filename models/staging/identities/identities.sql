/* One row per record that is one of several of a customer: whose it is, and why. A customer who is not here
   has one record, and its id. Nobody is here who asked to be forgotten. */
-- depends_on: {{ ref('identities_forgotten') }}
{{ config(materialized='table') }}
select
    record_id,
    customer_id,
    system,
    matched_by,
    decided_by,
    first_date
from {{ ref('identity_persons') }}
where record_id not in ({{ forgotten_customers() }})
