/* One row per scored date and business line: how far the gap before the latest purchase strays from the
   customer's own usual days between purchases before it, as a ratio: 0.5 is half as long, 2 twice as
   long. The 20, 50 and 80 % percentiles of the customers with four purchases or more. */
{{ config(materialized='calibrated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select * from {{ of_calibrations(ref('int_customer_features'), 'int_dates_to_restate') }}

),

gaps as (

    select
        as_of_date,
        business_line,
        {{ dbt.datediff('previous_purchase_date', 'last_purchase_date', 'day') }} as last_gap_days, -- noqa: LT05
        {{ own_interval_days('first_purchase_date', 'previous_purchase_date', 'purchase_day_count - 1') }}
            as interval_days
    from features
    where purchase_day_count >= 4

),

learned as (

    select
        as_of_date,
        business_line,
        count(*) as customers,
        {{ percentiles('last_gap_days / interval_days', [0.2, 0.5, 0.8]) }} as percentiles
    from gaps
    group by as_of_date, business_line

)

select
    as_of_date,
    business_line,
    cast(customers as integer) as customers,
    {{ round_significant(array_item('percentiles', 1)) }} as early_ratio,
    {{ round_significant(array_item('percentiles', 2)) }} as usual_ratio,
    {{ round_significant(array_item('percentiles', 3)) }} as late_ratio
from learned
