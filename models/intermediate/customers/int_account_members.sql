/* One row per customer who is a member of an account, to which all their facts belong. For the layers that do
   not read staging, where it is found. */
{{ config(materialized='view') }}
select
    customer_id,
    account_id,
    parent_id,
    depth,
    role,
    since_date
from {{ ref('account_roll_ups') }}
where account_id is not null
