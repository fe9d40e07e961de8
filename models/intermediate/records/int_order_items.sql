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
        currency,
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

),

priced as (

    select
        items.source_row,
        items.order_id,
        items.product_id,
        items.quantity,
        {{ money_times(money_times('items.unit_price', 'orders.exchange_rate'), 'items.quantity') }}
            as line_value,
        items.outcome,
        items.reject_reason,
        products.category,
        coalesce(items.unit_cost, products.unit_cost) as unit_cost,
        orders.outcome as order_outcome,
        /* The line's own cost is in the order's currency, the catalogue's in the reporting one. */
        {{ money_times(
            'coalesce(' ~ money_times('items.unit_cost', 'orders.exchange_rate') ~ ', products.unit_cost)',
            'items.quantity'
        ) }} as cost,
        case
            when items.outcome <> 'accepted' then null
            when orders.order_id is null then 'unknown_order'
            when not {{ fits_currency('items.sign_of_amounts', 'orders.currency') }}
                then 'contradictory_currency'
        end as problem
    from items
    left join orders on items.order_id = orders.order_id
    left join products on items.product_id = products.product_id

),

weighed as (

    select
        *,
        case
            when
                problem is null and outcome = 'accepted' and order_outcome = 'accepted'
                and {{ is_out_of_range('cost', 'unit_cost') }}
                then 'out_of_range'
            else problem
        end as final_problem
    from priced

)

select
    source_row,
    order_id,
    product_id,
    category,
    quantity,
    line_value,
    cost,
    case
        when outcome <> 'accepted' then outcome
        when final_problem is not null then 'rejected'
        else order_outcome
    end as outcome,
    case when outcome <> 'accepted' then reject_reason else final_problem end as reject_reason
from weighed
