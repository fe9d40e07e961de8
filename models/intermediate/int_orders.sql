/* One row per record of the orders export, with its amount in the reporting currency and its
   final outcome: orders that are no sale are excluded, those whose status or currency nobody
   can interpret are rejected. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_orders'}) }}
with

orders as (

    select * from {{ ref('stg_orders') }}

),

statuses as (

    select
        lower(cast(status as string)) as order_status,
        cast(is_sale as string) as is_sale
    from {{ ref('order_statuses') }}

),

rates as (

    select * from {{ ref('int_exchange_rates') }}

),

currencies as (

    select distinct currency from rates

),

judged as (

    select
        orders.source_row,
        orders.order_id,
        orders.customer_id,
        orders.ordered_at,
        cast(orders.ordered_at as date) as order_date,
        case
            when orders.currency is null or orders.currency = '{{ var("reporting_currency") }}'
                then orders.amount
            else {{ money_times('orders.amount', 'rates.rate') }}
        end as amount,
        case
            when orders.currency is null or orders.currency = '{{ var("reporting_currency") }}'
                then cast(1 as decimal(18, 8))
            else rates.rate
        end as exchange_rate,
        orders.business_line,
        orders.outcome as staged_outcome,
        orders.reject_reason as staged_reason,
        orders.order_status is not null and statuses.is_sale is null as has_unknown_status,
        coalesce(statuses.is_sale, 'true') = 'false' as is_no_sale,
        currencies.currency is null as has_unknown_currency
    from orders
    left join statuses on orders.order_status = statuses.order_status
    left join rates
        on orders.currency = rates.currency and cast(orders.ordered_at as date) = rates.rate_date
    left join currencies on orders.currency = currencies.currency

)

select
    source_row,
    order_id,
    customer_id,
    ordered_at,
    order_date,
    amount,
    exchange_rate,
    business_line,
    case
        when staged_outcome <> 'accepted' then staged_outcome
        when has_unknown_status then 'rejected'
        when is_no_sale then 'excluded'
        when exchange_rate is null then 'rejected'
        else 'accepted'
    end as outcome,
    case
        when staged_outcome <> 'accepted' then staged_reason
        when has_unknown_status then 'unknown_status'
        when is_no_sale then null
        when exchange_rate is null and has_unknown_currency then 'unknown_currency'
        when exchange_rate is null then 'no_exchange_rate'
    end as reject_reason
from judged
