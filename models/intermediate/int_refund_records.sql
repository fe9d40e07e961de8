/* One row per record of the refunds export, with its amount in the reporting currency, at the rate
   of its own day, and its final outcome: a refund of somebody who is neither in the CRM's list nor
   has an order is rejected. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_refunds'}) }}
with

refunds as (

    select * from {{ ref('stg_refunds') }}

),

orders as (

    select *
    from {{ ref('int_orders') }}
    where outcome = 'accepted'

),

customers as (

    select customer_id from {{ ref('int_customers') }}

),

rates as (

    select * from {{ ref('int_exchange_rates') }}

),

currencies as (

    select distinct currency from rates

),

judged as (

    select
        refunds.*,
        customers.customer_id is null as has_unknown_customer,
        currencies.currency is null as has_unknown_currency,
        orders.business_line,
        case
            when refunds.currency is null or refunds.currency = '{{ var("reporting_currency") }}'
                then refunds.amount
            else {{ money_times('refunds.amount', 'rates.rate') }}
        end as reporting_amount
    from refunds
    left join customers on refunds.customer_id = customers.customer_id
    left join orders on refunds.order_id = orders.order_id
    left join rates
        on
            refunds.currency = rates.currency
            and cast(refunds.refunded_at as date) = rates.rate_date
    left join currencies on refunds.currency = currencies.currency

)

select
    source_row,
    refund_id,
    order_id,
    customer_id,
    cast(refunded_at as date) as refund_date,
    reporting_amount as amount,
    business_line,
    case
        when outcome <> 'accepted' then outcome
        when has_unknown_customer or reporting_amount is null then 'rejected'
        else 'accepted'
    end as outcome,
    case
        when outcome <> 'accepted' then reject_reason
        when has_unknown_customer then 'unknown_customer'
        when reporting_amount is null and has_unknown_currency then 'unknown_currency'
        when reporting_amount is null then 'no_exchange_rate'
    end as reject_reason
from judged
