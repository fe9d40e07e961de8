/* One row per period, business line, policy, grouping and group at the start of the period: how many
   customers were in it, and what came of them, added up. They are read once, for all groupings together. */
{{ config(materialized='table') }}
with

crossed as (

    select
        customers.as_of_date,
        customers.business_line,
        customers.policy,
        customers.tier,
        customers.lifecycle,
        customers.rfm_zh,
        {{ performance_sums_of('customers') }}
    from {{ ref('performance_customers') }} as customers
    group by
        customers.as_of_date, customers.business_line, customers.policy, customers.tier, customers.lifecycle,
        customers.rfm_zh

)

{% for grouping_name in ['tier', 'lifecycle', 'rfm_zh'] %}
select
    as_of_date,
    business_line,
    policy,
    '{{ grouping_name }}' as grouping_name,
    {{ grouping_name }} as group_code,
    {{ performance_sums_added() }}
from crossed
group by as_of_date, business_line, policy, {{ grouping_name }}
{{ 'union all' if not loop.last }}
{% endfor %}
