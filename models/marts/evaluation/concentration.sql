/* One row per published date, business line and step of the Lorenz curve from the top: which share of the net
   revenue of the window the best customers bring, and the Gini coefficient of the curve. */
with

published as (

    select as_of_date
    from {{ ref('int_scoring_dates') }}
    where is_published

),

steps as (

    select concentrations.*
    from {{ ref('fit_concentration') }} as concentrations
    inner join published on concentrations.as_of_date = published.as_of_date
    where concentrations.revenue_share is not null

),

pieces as (

    select
        *,
        (customer_share - coalesce(lag(customer_share) over along, 0))
        * (revenue_share + coalesce(lag(revenue_share) over along, 0)) as twice_area
    from steps
    window along as (partition by as_of_date, business_line order by top_percent)

)

select
    as_of_date,
    business_line,
    top_percent,
    top_customers,
    customer_share,
    top_net_revenue,
    revenue_share,
    customers,
    {{ round_double('sum(twice_area) over (partition by as_of_date, business_line) - 1', 4) }}
        as gini
from pieces
