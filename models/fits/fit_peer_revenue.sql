/* One row per scored date, business line and favourite category: what the upper fifth of the customers who
   like the same buys in the window, in two significant digits. The row without a category is of the whole
   line. A high quantile of one's peers stands for what a customer could spend (Perlich, Rosset, Lawrence and
   Zadrozny, "High-quantile modeling for customer wallet estimation", KDD 2007). */
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select * from {{ of_restated_dates(ref('int_customer_features'), 'int_dates_to_restate') }}
    where order_count > 0

),

learned as (

    {% for category in ['favourite_category', 'cast(null as string)'] %}
    select
        as_of_date,
        business_line,
        {{ category }} as category,
        count(*) as customers,
        {{ percentiles('net_revenue', [0.8]) }} as percentiles
    from features
    {{ 'where favourite_category is not null' if loop.first }}
    group by as_of_date, business_line{{ ', favourite_category' if loop.first }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    as_of_date,
    business_line,
    category,
    {{ round_significant(array_item('percentiles', 1)) }} as peer_revenue,
    cast(customers as integer) as customers
from learned
