/* One row per id of people who asked to be forgotten. For the layers that do not read staging. */
{{ config(materialized='view') }}
select customer_id
from {{ ref('identities_left_out') }}
