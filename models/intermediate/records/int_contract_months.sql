/* One row per month billed under a contract of a customer who has not ordered in its term by then: what is
   billed in another system is a purchase too. From the first order in the term on, orders say what is paid.
   At most 20 years of a contract. */
{% set billed_on = dbt.dateadd('month', 'months.months', 'contracts.started_date') %}
with

contracts as (

    select
        subscriptions.subscription_id,
        subscriptions.customer_id,
        subscriptions.started_date,
        subscriptions.cancelled_date,
        coalesce(subscriptions.monthly_amount, 0) as monthly_amount,
        min(orders.order_date) as first_order_date
    from {{ ref('int_subscriptions') }} as subscriptions
    left join {{ ref('int_orders') }} as orders
        on
            subscriptions.customer_id = orders.customer_id
            and subscriptions.started_date <= orders.order_date
            and orders.outcome = 'accepted'
    where subscriptions.outcome = 'accepted' and coalesce(subscriptions.monthly_amount, 0) >= 0
    group by
        subscriptions.subscription_id, subscriptions.customer_id, subscriptions.started_date,
        subscriptions.cancelled_date, subscriptions.monthly_amount

),

years as (

    {% for year in range(20) %}
    select {{ year }} as year
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

months_of_a_year as (

    {% for month in range(12) %}
    select {{ month }} as month
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

months as (

    select years.year * 12 + months_of_a_year.month as months
    from years
    cross join months_of_a_year

)

select
    contracts.subscription_id,
    contracts.customer_id,
    cast({{ billed_on }} as date) as billed_date,
    contracts.monthly_amount
from contracts
inner join months
    on
        cast({{ billed_on }} as date) <= {{ run_date() }}
        and cast({{ billed_on }} as date) < coalesce(contracts.cancelled_date, date '9999-12-31')
        and cast({{ billed_on }} as date) < coalesce(contracts.first_order_date, date '9999-12-31')
