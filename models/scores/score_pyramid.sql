/* One row per customer and scored date: the level in the customer pyramid (Curry, "The Customer
   Marketing Method", 2000: 1, 4, 15 and 80 % of the customers) by net revenue in the window, against
   published amounts. The score is the percentile of the customer, on a straight line between the
   amounts at which two levels start; the best level has 100. */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

levels as (

    select * from {{ ref('fit_pyramid') }}

),

placed as (

    select
        features.customer_id,
        features.as_of_date,
        features.net_revenue,
        features.order_count,
        features.purchase_day_count > 0 as has_bought,
        levels.pyramid_level,
        levels.from_percent,
        levels.until_percent,
        coalesce(levels.from_amount, 0) as from_amount,
        levels.until_amount
    from features
    left join levels
        on
            features.as_of_date = levels.as_of_date
            and features.business_line = levels.business_line
            and case when features.order_count > 0 then features.net_revenue end
            >= coalesce(levels.from_amount, -99999999999999)
            and features.net_revenue < coalesce(levels.until_amount, 99999999999999)

)

select
    customer_id,
    as_of_date,
    net_revenue,
    pyramid_level,
    case
        when not has_bought then null
        /* Nothing bought in the window: outside the pyramid, below its foot. */
        when pyramid_level is null or net_revenue <= 0 then 0
        when until_amount is null then 100
        else {{ round_double(
            'from_percent + (until_percent - from_percent) * cast(net_revenue - from_amount as double)'
            ~ ' / cast(until_amount - from_amount as double)', 2
        ) }}
    end as score
from placed
