/* One row per customer and business date on which something was recorded: orders, refunds,
   interactions. Every such fact is read once, here. */
{{ config(materialized='restated', meta={'customers_restated_by': 'int_touched_customers'}) }}
with

orders as (

    select * from {{ of_touched_customers(ref('int_orders')) }}

),

order_costs as (

    select * from {{ ref('int_order_costs') }}

),

refunds as (

    select * from {{ of_touched_customers(ref('int_refunds')) }}

),

interactions as (

    select * from {{ of_touched_customers(ref('int_interactions')) }}

),

facts as (

    select
        orders.customer_id,
        orders.order_date as activity_date,
        1 as order_count,
        case when orders.has_discount then 1 else 0 end as discounted_order_count,
        orders.amount as net_revenue,
        case when order_costs.cost is not null then orders.amount end as costed_revenue,
        orders.amount - order_costs.cost as costed_margin,
        0 as interaction_count
    from orders
    left join order_costs on orders.order_id = order_costs.order_id
    where orders.outcome = 'accepted' and orders.amount >= 0

    union all

    select
        customer_id,
        refund_date as activity_date,
        0 as order_count,
        0 as discounted_order_count,
        -amount as net_revenue,
        null as costed_revenue,
        null as costed_margin,
        0 as interaction_count
    from refunds
    where outcome = 'accepted'

    union all

    select
        customer_id,
        interaction_date as activity_date,
        0 as order_count,
        0 as discounted_order_count,
        0 as net_revenue,
        null as costed_revenue,
        null as costed_margin,
        1 as interaction_count
    from interactions
    where outcome = 'accepted'

),

/* Sums are wider than what they add: they are cast back at once, which halves the time of
   every later step. */
days as (

    select
        customer_id,
        activity_date,
        cast(sum(order_count) as integer) as order_count,
        cast(sum(discounted_order_count) as integer) as discounted_order_count,
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue,
        cast(coalesce(sum(costed_revenue), 0) as decimal(18, 4)) as costed_revenue,
        cast(coalesce(sum(costed_margin), 0) as decimal(18, 4)) as costed_margin,
        cast(sum(interaction_count) as integer) as interaction_count
    from facts
    group by customer_id, activity_date

)

select
    customer_id,
    activity_date,
    order_count,
    discounted_order_count,
    net_revenue,
    costed_revenue,
    costed_margin,
    interaction_count,
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
