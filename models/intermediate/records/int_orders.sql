/* One row per record of the orders export, with its amount in the reporting currency and its
   final outcome: orders that are no sale are excluded, those whose status or currency nobody
   can interpret are rejected. */
{% set reporting_currency = setting('reporting_currency') %}
{{ config(materialized='restated', meta={'records_restated_by': 'stg_orders'}) }}
{#- A slip is told by config_errors; it must not keep the project from being parsed. -#}
{% set no_sale_types = var('no_sale_types') if var('no_sale_types') is iterable else [] %}
with

orders as (

    select
        *,
        coalesce(currency, '{{ reporting_currency }}') as own_currency
    from {{ ref('stg_orders') }}

),

statuses as (

    select
        lower(cast(status as string)) as order_status,
        cast(is_sale as string) as is_sale,
        cast(money_back as string) as money_back
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
        orders.*,
        cast(orders.ordered_at as date) as order_date,
        case
            when orders.own_currency = '{{ reporting_currency }}' then cast(1 as decimal(18, 8))
            else rates.rate
        end as exchange_rate,
        case
            when orders.own_currency = '{{ reporting_currency }}' then orders.amount
            else {{ money_times('orders.amount', 'rates.rate') }}
        end as converted_amount,
        statuses.money_back,
        case
            when orders.order_status is not null and statuses.is_sale is null then 'unknown_status'
            when statuses.is_sale = 'false' then 'no_sale'
            /* What buys a gift card or fills a wallet is spent later, and is a sale then. */
            when orders.order_type in ('{{ no_sale_types | join("', '") | lower }}') then 'no_sale' -- noqa: LT05
            {%- if var('zero_orders') == 'no_sale' %}
            when orders.amount = 0 then 'no_sale'
            {%- endif %}
            when orders.own_currency = '{{ reporting_currency }}' or rates.rate is not null then null
            when currencies.currency is null then 'unknown_currency'
            else 'no_exchange_rate'
        end as finding
    from orders
    left join statuses on orders.order_status = statuses.order_status
    left join rates
        on orders.own_currency = rates.currency and cast(orders.ordered_at as date) = rates.rate_date
    left join currencies on orders.own_currency = currencies.currency

),

/* Too large in the reporting currency is found last: there is no amount without a rate. */
weighed as (

    select
        *,
        case
            when finding is null and {{ is_out_of_range('converted_amount', 'amount') }} then 'out_of_range'
            else finding
        end as final_finding
    from judged

)

select
    source_row,
    order_id,
    customer_id,
    ordered_at,
    order_date,
    converted_amount as amount,
    own_currency as currency,
    exchange_rate,
    coalesce(discount_amount > 0, false) as has_discount,
    business_line,
    money_back,
    case
        when cast(updated_at as date) between order_date and {{ run_date() }} then cast(updated_at as date)
    end as status_date,
    case
        when outcome <> 'accepted' or final_finding is null then outcome
        when final_finding = 'no_sale' then 'excluded'
        else 'rejected'
    end as outcome,
    case
        when outcome <> 'accepted' then reject_reason
        when final_finding <> 'no_sale' then final_finding
    end as reject_reason
from weighed
