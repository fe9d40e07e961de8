/* One row per id of people who asked to be forgotten: those of the list, and those that this run and
   earlier ones have found. */
-- depends_on: {{ ref('identities_forgotten') }}
select distinct customer_id
from ({{ forgotten_customers() }}) as forgotten
