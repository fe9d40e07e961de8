/* Prevents: orders or money lost or counted twice between the facts and the measures, and a
   look-back window that is a day too long or too short. The measures are running totals of
   changes; here the same totals are taken per date straight from the facts. */
with

facts as (

    select
        order_date as activity_date,
        order_date as known_since,
        count(*) as orders,
        sum(amount) as revenue
    from {{ ref('int_orders') }}
    where outcome = 'accepted' and amount >= 0
    group by order_date

    union all

    select
        months.billed_date as activity_date,
        customers.known_since,
        count(*) as orders,
        sum(months.monthly_amount) as revenue
    from {{ ref('int_contract_months') }} as months
    inner join {{ ref('int_customers') }} as customers on months.customer_id = customers.customer_id
    group by months.billed_date, customers.known_since

    union all

    /* A refund may be older than the record of the customer who got it. */
    select
        refunds.refund_date as activity_date,
        customers.known_since,
        0 as orders,
        -sum(refunds.amount) as revenue
    from {{ ref('int_refunds') }} as refunds
    inner join {{ ref('int_customers') }} as customers
        on refunds.customer_id = customers.customer_id
    where refunds.outcome = 'accepted'
    group by refunds.refund_date, customers.known_since

),

dated as (

    select
        dates.as_of_date,
        facts.orders,
        facts.revenue,
        {{ dbt.datediff('facts.activity_date', 'dates.as_of_date', 'day') }}
        < {{ var('lookback_days') | int }} as is_in_window
    from {{ ref('int_scoring_dates') }} as dates
    inner join facts
        on dates.as_of_date >= facts.activity_date and dates.as_of_date >= facts.known_since
    where not dates.is_imagined

),

expected as (

    select
        as_of_date,
        sum(orders) as lifetime_orders,
        sum(revenue) as lifetime_revenue,
        sum(case when is_in_window then orders else 0 end) as window_orders,
        sum(case when is_in_window then revenue else 0 end) as window_revenue
    from dated
    group by as_of_date

),

found as (

    select
        as_of_date,
        sum(lifetime_order_count) as lifetime_orders,
        sum(lifetime_net_revenue) as lifetime_revenue,
        sum(order_count) as window_orders,
        sum(net_revenue) as window_revenue
    from {{ ref('int_customer_features') }}
    group by as_of_date

)

select
    expected.as_of_date,
    expected.lifetime_orders as lifetime_orders_expected,
    found.lifetime_orders as lifetime_orders_found,
    expected.lifetime_revenue as lifetime_revenue_expected,
    found.lifetime_revenue as lifetime_revenue_found,
    expected.window_orders as window_orders_expected,
    found.window_orders as window_orders_found,
    expected.window_revenue as window_revenue_expected,
    found.window_revenue as window_revenue_found
from expected
left join found on expected.as_of_date = found.as_of_date
where
    expected.lifetime_orders is distinct from found.lifetime_orders
    or expected.lifetime_revenue is distinct from found.lifetime_revenue
    or expected.window_orders is distinct from found.window_orders
    or expected.window_revenue is distinct from found.window_revenue
