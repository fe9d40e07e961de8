/* One row per published date, business line, tier before and tier after: how many customers went
   which way since the published date before. Customers who were not known before
   come from `entry`, those no longer known go to `exit`; so each matrix adds up to the customers
   of both ends. */
with

dates as (

    select * from {{ ref('int_scoring_dates') }}
    where is_published and previous_date is not null

),

flows as (

    select
        as_of_date,
        business_line,
        coalesce(previous_tier_code, 'entry') as from_tier_code,
        tier_code as to_tier_code,
        count(*) as customers,
        sum(net_revenue) as net_revenue
    from {{ ref('customer_tier_history') }}
    group by as_of_date, business_line, coalesce(previous_tier_code, 'entry'), tier_code

    union all

    select
        as_of_date,
        business_line,
        from_tier_code,
        'exit' as to_tier_code,
        count(*) as customers,
        0 as net_revenue
    from {{ ref('tier_changes') }}
    where to_tier_code is null
    group by as_of_date, business_line, from_tier_code

)

select
    flows.as_of_date,
    dates.previous_date,
    dates.is_current,
    flows.business_line,
    flows.from_tier_code,
    flows.to_tier_code,
    cast(flows.customers as bigint) as customers,
    {{ round_double(
        'cast(flows.customers as double) / sum(flows.customers) over ('
        ~ 'partition by flows.as_of_date, flows.business_line, flows.from_tier_code)', 6
    ) }} as share,
    cast(flows.net_revenue as decimal(18, 4)) as net_revenue
from flows
inner join dates on flows.as_of_date = dates.as_of_date
