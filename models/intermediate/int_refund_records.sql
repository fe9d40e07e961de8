/* One row per record of the refunds export, with its amount in the reporting currency, at the rate
   of its own day, and its final outcome: a refund of somebody who is neither in the CRM's list nor
   has an order is rejected. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_refunds'}) }}
with

known as (

    {{ of_known_customers(
        'stg_refunds', ['refund_id', 'order_id', 'amount', 'currency'], days={'refund_date': 'refunded_at'}
    ) }}

),

converted as (

    {{ in_reporting_currency('known', 'amount', 'refund_date') }}

),

orders as (

    select
        order_id,
        business_line
    from {{ ref('int_orders') }}
    where outcome = 'accepted'

)

select
    converted.source_row,
    converted.refund_id,
    converted.order_id,
    converted.customer_id,
    converted.refund_date,
    converted.converted_amount as amount,
    orders.business_line,
    case
        when converted.outcome = 'accepted' and converted.currency_problem is not null then 'rejected'
        else converted.outcome
    end as outcome,
    case when converted.outcome = 'accepted' then converted.currency_problem else converted.reject_reason end
        as reject_reason
from converted
left join orders on converted.order_id = orders.order_id
