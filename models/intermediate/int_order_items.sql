/* One row per record of the order lines export, with its cost in the reporting currency and
   its final outcome: a line of an order we do not know is rejected, a line of an order that
   is no sale is excluded with it. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_order_items'}) }}
with

items as (

    select * from {{ ref('stg_order_items') }}

),

orders as (

    select
        order_id,
        exchange_rate,
        outcome
    from {{ ref('int_orders') }}
    where outcome in ('accepted', 'excluded')

),

products as (

    select
        product_id,
        category,
        unit_cost
    from {{ ref('stg_products') }}
    where outcome = 'accepted'

)

select
    items.source_row,
    items.order_id,
    items.product_id,
    products.category,
    items.quantity,
    /* The line's own cost is in the order's currency, the catalogue's in the reporting one. */
    {{ money_times(
        'coalesce(' ~ money_times('items.unit_cost', 'orders.exchange_rate') ~ ', products.unit_cost)',
        'items.quantity'
    ) }} as cost,
    case
        when items.outcome = 'accepted' and orders.order_id is null then 'rejected'
        when items.outcome = 'accepted' then orders.outcome
        else items.outcome
    end as outcome,
    case
        when items.outcome = 'accepted' and orders.order_id is null then 'unknown_order'
        else items.reject_reason
    end as reject_reason
from items
left join orders on items.order_id = orders.order_id
left join products on items.product_id = products.product_id
