/* One row per refund: the records of the refunds export with their final outcome, and the
   negative orders. A refund counts on its own day. */
{{ config(materialized='view') }}
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
from {{ ref('int_refund_records') }}

union all

select
    'orders' as source,
    source_row,
    order_id as refund_id,
    customer_id,
    order_date as refund_date,
    abs(amount) as amount,
    business_line,
    outcome,
    reject_reason
from {{ ref('int_orders') }}
where outcome = 'accepted' and amount < 0
