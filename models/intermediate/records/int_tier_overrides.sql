/* One row per record of the tier overrides, with its final outcome: an override for somebody who
   is neither in the CRM's list nor has an order is rejected. */
with

overrides as (

    select * from {{ ref('stg_tier_overrides') }}

),

customers as (

    select customer_id from {{ ref('int_customers') }}

)

select
    overrides.source_row,
    overrides.customer_id,
    overrides.tier_code,
    overrides.reason,
    overrides.author,
    overrides.valid_from,
    overrides.valid_until,
    case
        when overrides.outcome = 'accepted' and customers.customer_id is null then 'rejected'
        else overrides.outcome
    end as outcome,
    case
        when overrides.outcome = 'accepted' and customers.customer_id is null
            then 'unknown_customer'
        else overrides.reject_reason
    end as reject_reason
from overrides
left join customers on overrides.customer_id = customers.customer_id
