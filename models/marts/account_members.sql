/* One row per member of an account: a branch, or somebody who works for it. Their facts are the account's. */
select
    customer_id,
    account_id,
    parent_id,
    depth,
    role,
    since_date
from {{ ref('int_account_members') }}
