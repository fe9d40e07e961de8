/* One row per customer and scored date: what the customer has been worth so far, by the net revenue of all
   time beside that of those of the line who have brought any: above the 80 %, above the 40 % percentile,
   or not. */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

cut_points as (

    {{ cut_points_of(['lifetime_net_revenue'], ['p40', 'p80']) }}

)

select
    features.customer_id,
    features.as_of_date,
    features.lifetime_net_revenue,
    case
        when features.purchase_day_count = 0 then 'prospect'
        when features.lifetime_net_revenue > cut_points.lifetime_net_revenue_p80 then 'high'
        when features.lifetime_net_revenue > cut_points.lifetime_net_revenue_p40 then 'mid'
        else 'low'
    end as segment
from features
left join cut_points
    on features.as_of_date = cut_points.as_of_date and features.business_line = cut_points.business_line
