/* One row per period, business line, policy, grouping and group at the start of the period: how many customers
   were in it, and what came of them, added up. All groupings in one pass over the customers. */
{{ config(materialized='table') }}
select
    customers.as_of_date,
    customers.business_line,
    customers.policy,
    case
        when grouping(customers.tier) = 0 then 'tier'
        when grouping(customers.lifecycle) = 0 then 'lifecycle'
        else 'rfm_zh'
    end as grouping_name,
    coalesce(customers.tier, customers.lifecycle, customers.rfm_zh) as group_code,
    {{ performance_sums_of('customers') }}
from {{ ref('performance_customers') }} as customers
group by grouping sets (
    (customers.as_of_date, customers.business_line, customers.policy, customers.tier),
    (customers.as_of_date, customers.business_line, customers.policy, customers.lifecycle),
    (customers.as_of_date, customers.business_line, customers.policy, customers.rfm_zh)
)
