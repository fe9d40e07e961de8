/* One row per record of the refunds export, with its amount in the reporting currency, at the rate of its
   own day, and its final outcome. A refund with an order belongs to that order: to its customer, and in its
   currency where it names none. It takes back only what came in: nothing of an order that never counted, and
   with the other refunds of the order no more than its amount. Of an order that is no sale it is excluded,
   too. A refund of somebody who is neither in the CRM's list nor has an order is rejected. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_refunds'}) }}
with

refunds as (

    select * from {{ ref('stg_refunds') }}

),

orders as (

    select
        order_id,
        customer_id,
        order_date,
        amount,
        currency,
        exchange_rate,
        business_line,
        outcome = 'excluded' as is_no_sale
    from {{ ref('int_orders') }}
    where outcome in ('accepted', 'excluded')

),

known as (

    select
        refunds.source_row,
        refunds.refund_id,
        refunds.order_id,
        coalesce(orders.customer_id, refunds.customer_id) as customer_id,
        orders.customer_id <> refunds.customer_id as is_of_another_customer,
        cast(refunds.refunded_at as date) as refund_date,
        refunds.amount,
        coalesce(refunds.currency, orders.currency) as currency,
        orders.currency as order_currency,
        orders.exchange_rate as order_rate,
        orders.amount as order_amount,
        orders.business_line,
        case
            when refunds.outcome = 'accepted' and orders.is_no_sale then 'excluded'
            else refunds.outcome
        end as outcome,
        case
            when refunds.outcome <> 'accepted' then refunds.reject_reason
            when orders.is_no_sale then null
            when orders.order_id is null and customers.customer_id is null then 'unknown_customer'
            when refunds.order_id is not null and orders.order_id is null then 'refund_of_uncounted_order'
            when cast(refunds.refunded_at as date) < orders.order_date then 'refund_of_uncounted_order'
        end as reject_reason
    from refunds
    left join orders on refunds.order_id = orders.order_id
    left join {{ ref('int_customers') }} as customers on refunds.customer_id = customers.customer_id

),

converted as (

    {{ in_reporting_currency('known', 'amount', 'refund_date') }}

),

/* At the rate of the order, so that a rate that has moved makes no difference to what came in. */
valued as (

    select
        *,
        case
            when outcome <> 'accepted' or reject_reason is not null then null
            when currency_problem is not null or order_amount is null then null
            when currency = order_currency then {{ money_times('amount', 'order_rate') }}
            else converted_amount
        end as value_in_order,
        coalesce(reject_reason, case when outcome = 'accepted' then currency_problem end) as problem
    from converted

),

counted as (

    select
        *,
        greatest(
            order_amount - coalesce(
                sum(case when problem is null then value_in_order end) over (
                    partition by coalesce(order_id, refund_id) order by refund_date, source_row
                    rows between unbounded preceding and 1 preceding
                ), 0
            ), 0
        ) as left_in_order
    from valued

)

select
    source_row,
    refund_id,
    order_id,
    customer_id,
    refund_date,
    case
        when problem is null and value_in_order > left_in_order
            then cast({{ round_double(
                'cast(converted_amount as double) * cast(left_in_order as double) / cast(value_in_order as double)', 4
            ) }} as decimal(18, 4))
        else converted_amount
    end as amount,
    business_line,
    is_of_another_customer,
    coalesce(problem is null and value_in_order > left_in_order, false) as is_cut,
    case
        when outcome <> 'accepted' then outcome
        when problem is not null or (value_in_order > 0 and left_in_order = 0) then 'rejected'
        else 'accepted'
    end as outcome,
    case
        when outcome <> 'accepted' or problem is not null then problem
        when value_in_order > 0 and left_in_order = 0 then 'refund_beyond_order'
    end as reject_reason
from counted
