/* One row per scored date and business line: the usual days between two purchases, the median
   of the customers with enough purchases to have a rhythm. Where they are too few, null: the
   policy's default holds. */
{{ config(materialized='calibrated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select * from {{ of_calibrations(ref('int_customer_features'), 'int_dates_to_restate') }}

),

thresholds as (

    select
        cast(policy as string) as policy,
        cast(min_purchase_days as integer) as min_purchase_days,
        cast(min_rhythm_customers as integer) as min_rhythm_customers
    from {{ ref('lifecycle_thresholds') }}

),

learned as (

    select
        features.as_of_date,
        features.business_line,
        min(thresholds.min_rhythm_customers) as min_rhythm_customers,
        count(*) as customers,
        {{ percentiles(
            own_interval_days('features.first_purchase_date', 'features.last_purchase_date',
                'features.purchase_day_count'), [0.5]
        ) }} as percentiles
    from features
    inner join thresholds on features.policy = thresholds.policy
    where features.purchase_day_count >= thresholds.min_purchase_days
    group by features.as_of_date, features.business_line

)

select
    as_of_date,
    business_line,
    cast(customers as integer) as customers,
    case
        when customers >= min_rhythm_customers
            then {{ round_significant(array_item('percentiles', 1)) }}
    end as usual_interval_days
from learned
