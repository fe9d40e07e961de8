/* One row per customer and business date on which something happened: what was recorded and, of customers
   whose contract is billed elsewhere, each billed month. */
{{ config(materialized='view') }}
{% set amounts = ['net_revenue', 'costed_revenue', 'costed_margin'] %}
with

contract_months as (

    select * from {{ ref('int_contract_months') }}

),

recorded as (

    select * from {{ ref('int_recorded_days') }}

),

facts as (

    select
        customer_id,
        activity_date,
        order_count,
        discounted_order_count,
        net_revenue,
        costed_revenue,
        costed_margin,
        interaction_count
    from recorded
    where customer_id in (select contract_months.customer_id from contract_months)

    union all

    select
        customer_id,
        billed_date as activity_date,
        1 as order_count,
        0 as discounted_order_count,
        monthly_amount as net_revenue,
        0 as costed_revenue,
        0 as costed_margin,
        0 as interaction_count
    from contract_months

),

days as (

    select
        customer_id,
        activity_date,
        cast(sum(order_count) as integer) as order_count,
        cast(sum(discounted_order_count) as integer) as discounted_order_count,
        {% for amount in amounts %}
        cast(sum({{ amount }}) as decimal(18, 4)) as {{ amount }},
        {% endfor %}
        cast(sum(interaction_count) as integer) as interaction_count
    from facts
    group by customer_id, activity_date

)

select recorded.*
from recorded
where recorded.customer_id not in (select contract_months.customer_id from contract_months)

union all

select
    *,
    case when order_count > 0 then activity_date end as purchase_date,
    case
        when order_count > 0
            then max(case when order_count > 0 then activity_date end) over (
                partition by customer_id
                order by activity_date
                rows between unbounded preceding and 1 preceding
            )
    end as previous_purchase_date
from days
