/* One row per scored date and business line: the percentiles of lifetime value that the score
   compares it with, in two significant digits, from the customers who ordered in the window. */
{{ config(materialized='calibrated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

customer_values as (

    select * from {{ of_calibrations(ref('fit_clv_values'), 'int_dates_to_restate') }}
    where order_count > 0

),

learned as (

    select
        as_of_date,
        business_line,
        count(*) as customers,
        {{ percentiles('lifetime_value', [0.2, 0.4, 0.6, 0.8, 0.95]) }} as percentiles
    from customer_values
    group by as_of_date, business_line

)

select
    as_of_date,
    business_line,
    {{ cut_points_in('percentiles') }},
    cast(customers as integer) as customers
from learned
