/* One row per line of an accepted order: which customer bought of which category and when, and whether
   it was a new product (launched within 90 days before), one that the customer had bought before, or
   of a category that people give as a present (seed gift_categories). */
{{ config(materialized='view') }}
with

items as (

    select * from {{ ref('int_order_items') }}
    where outcome = 'accepted'

),

orders as (

    select * from {{ ref('int_orders') }}
    where outcome = 'accepted' and amount >= 0

),

products as (

    select
        product_id,
        cast(launched_at as date) as launch_date
    from {{ ref('stg_products') }}
    where outcome = 'accepted'

),

gifts as (

    select distinct cast(category as string) as category
    from {{ ref('gift_categories') }}

)

select
    items.source_row,
    orders.customer_id,
    orders.order_date,
    items.product_id,
    items.category,
    items.line_value,
    coalesce(
        orders.order_date >= products.launch_date
        and orders.order_date < {{ dbt.dateadd('day', 90, 'products.launch_date') }}, false
    ) as is_new_product,
    orders.order_date > min(orders.order_date) over (partition by orders.customer_id, items.product_id)
        as is_repeat_product,
    gifts.category is not null as is_gift
from items
inner join orders on items.order_id = orders.order_id
left join products on items.product_id = products.product_id
left join gifts on items.category = gifts.category
