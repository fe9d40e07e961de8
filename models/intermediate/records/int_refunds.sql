/* One row per refund: the records of the refunds export with their final outcome; the negative orders; and
   the orders whose status says that all the money went back while no refund says when: on the day of that
   status, else on their own. A refund counts on its own day. */
{{ config(materialized='view') }}
with

orders as (

    select * from {{ ref('int_orders') }}
    where outcome = 'accepted' and (amount < 0 or money_back = 'all')

),

refunds as (

    select * from {{ ref('int_refund_records') }}

),

refunded_orders as (

    select distinct order_id from refunds
    where outcome = 'accepted'

)

select
    'refunds' as source,
    source_row,
    refund_id,
    customer_id,
    refund_date,
    amount,
    business_line,
    outcome,
    reject_reason
from refunds

union all

select
    'orders' as source,
    orders.source_row,
    orders.order_id as refund_id,
    orders.customer_id,
    case
        when orders.amount < 0 then orders.order_date
        else coalesce(orders.status_date, orders.order_date)
    end as refund_date,
    abs(orders.amount) as amount,
    orders.business_line,
    orders.outcome,
    orders.reject_reason
from orders
left join refunded_orders on orders.order_id = refunded_orders.order_id
where orders.amount < 0 or refunded_orders.order_id is null
