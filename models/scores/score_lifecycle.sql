/* One row per customer and scored date: the health of the relation, measured against the
   customer's own purchase rhythm where there are enough purchases, against the business line's
   where not, and against the policy's default where the line has no rhythm yet. 100 while the
   next purchase is not late, then down on a straight line to 0 at `zero_health_ratio`. To those
   who have bought a contract is a purchase that goes on: nothing is late while it runs. */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

rhythms as (

    select * from {{ ref('fit_purchase_rhythm') }}

),

thresholds as (

    select
        cast(policy as string) as policy,
        cast(min_purchase_days as integer) as min_purchase_days,
        cast(min_interval_days as double) as min_interval_days,
        cast(default_interval_days as double) as default_interval_days,
        cast(zero_health_ratio as double) as zero_health_ratio
    from {{ ref('lifecycle_thresholds') }}

),

/* The rhythm before the latest purchase tells whether that purchase ended a long silence. */
intervals as (

    select
        features.customer_id,
        features.as_of_date,
        features.business_line,
        features.policy,
        features.purchase_day_count,
        features.recency_days,
        {{ dbt.datediff(
            'greatest(features.last_purchase_date, features.contract_until)', 'features.as_of_date', 'day'
        ) }} as silent_days,
        {{ dbt.datediff('features.first_purchase_date', 'features.as_of_date', 'day') }}
            as days_since_first_purchase,
        {{ dbt.datediff('features.previous_purchase_date', 'features.last_purchase_date', 'day') }}
            as last_gap_days,
        case
            when features.purchase_day_count >= thresholds.min_purchase_days then 'own'
            when rhythms.usual_interval_days is not null then 'business_line'
            when features.purchase_day_count > 0 then 'default'
        end as rhythm_source,
        coalesce(
            case
                when features.purchase_day_count >= thresholds.min_purchase_days
                    then {{ own_interval_days('features.first_purchase_date',
                        'features.last_purchase_date', 'features.purchase_day_count') }}
            end, cast(rhythms.usual_interval_days as double), thresholds.default_interval_days
        ) as interval_days,
        coalesce(
            case
                when features.purchase_day_count - 1 >= thresholds.min_purchase_days
                    then {{ own_interval_days('features.first_purchase_date',
                        'features.previous_purchase_date', 'features.purchase_day_count - 1') }}
            end, cast(rhythms.usual_interval_days as double), thresholds.default_interval_days
        ) as interval_before_days,
        thresholds.min_interval_days,
        thresholds.zero_health_ratio
    from features
    left join rhythms
        on
            features.as_of_date = rhythms.as_of_date
            and features.business_line = rhythms.business_line
    left join thresholds on features.policy = thresholds.policy

),

ratios as (

    select
        customer_id,
        as_of_date,
        business_line,
        policy,
        purchase_day_count,
        recency_days,
        days_since_first_purchase,
        case when purchase_day_count > 0 then rhythm_source end as rhythm_source,
        case when purchase_day_count > 0 then {{ round_double('interval_days', 1) }} end
            as usual_interval_days,
        case
            when purchase_day_count > 0
                then {{ round_double('silent_days / greatest(interval_days, min_interval_days)', 2) }}
        end as overdue_ratio,
        {{ round_double('last_gap_days / greatest(interval_before_days, min_interval_days)', 2) }}
            as last_gap_ratio,
        zero_health_ratio
    from intervals

)

select
    customer_id,
    as_of_date,
    business_line,
    policy,
    purchase_day_count,
    recency_days,
    cast(days_since_first_purchase as integer) as days_since_first_purchase,
    rhythm_source,
    usual_interval_days,
    overdue_ratio,
    last_gap_ratio,
    case
        when overdue_ratio <= 1 then 100
        when overdue_ratio < zero_health_ratio
            then {{ round_double('100 * (zero_health_ratio - overdue_ratio) / (zero_health_ratio - 1)', 2) }}
        when overdue_ratio >= zero_health_ratio then 0
    end as score
from ratios
