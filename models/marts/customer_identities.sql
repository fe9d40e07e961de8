/* One row per record that is one of several of a customer: whose it is, and why. Whoever is not here has one
   record, whose id is the customer's. */
select
    record_id,
    customer_id,
    system,
    matched_by,
    decided_by,
    first_date
from {{ ref('int_customer_identities') }}
