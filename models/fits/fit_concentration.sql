/* One row per scored date, business line and step of the curve of concentration: which share of the
   net revenue of the window the best customers bring (the 80/20 rule; Lorenz 1905, from the top).
   A step is taken at a percentile, and all with the same revenue are on one side of it: so it
   holds a few customers more than asked for, and says how many. */
{% set steps = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100] %}
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select * from {{ of_restated_dates(ref('int_customer_features'), 'int_dates_to_restate') }}
    where order_count > 0

),

learned as (

    select
        as_of_date,
        business_line,
        {% set fractions = [] %}
        {% for step in steps %}{% do fractions.append(1 - step / 100) %}{% endfor %}
        {{ percentiles('net_revenue', fractions) }} as percentiles
    from features
    group by as_of_date, business_line

),

summed as (

    select
        {% for step in steps %}
        {#- The last bit of a percentile is another on each engine, and could leave one customer out. -#}
        {% set is_within = 'cast(features.net_revenue as double) >= '
            ~ round_double(array_item('learned.percentiles', loop.index), 6) %}
        sum(case when {{ is_within }} then 1 else 0 end) as customers_{{ step }},
        sum(case when {{ is_within }} then features.net_revenue else 0 end) as revenue_{{ step }},
        {% endfor %}
        features.as_of_date,
        features.business_line,
        count(*) as customers,
        sum(features.net_revenue) as revenue
    from features
    inner join learned
        on
            features.as_of_date = learned.as_of_date
            and features.business_line = learned.business_line
    group by features.as_of_date, features.business_line

)

{% for step in steps %}
select
    as_of_date,
    business_line,
    {{ step }} as top_percent,
    cast(customers_{{ step }} as integer) as top_customers,
    {{ round_double('cast(customers_' ~ step ~ ' as double) / customers', 4) }} as customer_share,
    cast(revenue_{{ step }} as decimal(18, 4)) as top_net_revenue,
    {{ round_double(
        'cast(revenue_' ~ step ~ ' as double) / nullif(cast(revenue as double), 0)', 4
    ) }} as revenue_share,
    cast(customers as integer) as customers
from summed
{{ 'union all' if not loop.last }}
{% endfor %}
