/* One row per scored date, business line, favourite category and number of orders (1, 2, 3, 4 and more):
   what the upper fifth of the customers who like the same and order as often buys in the window, in two
   significant digits. The rows without a category are of all categories. A high quantile of one's peers
   stands for what a customer could spend (Perlich, Rosset, Lawrence and Zadrozny, "High-quantile modeling
   for customer wallet estimation", KDD 2007). Of fewer than `min_peers` nothing is said. */
{{ config(materialized='calibrated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select
        *,
        least(order_count, 4) as orders
    from {{ of_calibrations(ref('int_customer_features'), 'int_dates_to_restate') }}
    where order_count > 0

),

settings as (

    {{ method_settings('potential', ['min_peers']) }}

),

learned as (

    {% for category in ['features.favourite_category', 'cast(null as string)'] %}
    select
        features.as_of_date,
        features.business_line,
        {{ category }} as category,
        features.orders,
        count(*) as customers,
        {{ percentiles('features.net_revenue', [0.8]) }} as percentiles
    from features
    inner join settings on features.policy = settings.policy
    {{ 'where features.favourite_category is not null' if loop.first }}
    group by
        features.as_of_date, features.business_line, features.orders
        {{- ', features.favourite_category' if loop.first }}
    having count(*) >= max(settings.min_peers)
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    as_of_date,
    business_line,
    category,
    orders,
    {{ round_significant(array_item('percentiles', 1)) }} as peer_revenue,
    cast(customers as integer) as customers
from learned
