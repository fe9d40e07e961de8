/* One row per customer and scored date: lifetime value, the margin of the policy's horizon. Predicted by
   the modified BG/NBD (Batislam, Denizel, Filiztekin 2007) and Gamma-Gamma (Fader, Hardie 2013), each
   month discounted; where the line's fit is not fit for use, what the window brought once more, and
   the reason. */
with

customer_values as (

    select * from {{ ref('fit_clv_values') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

cut_points as (

    select * from {{ ref('fit_clv_cut_points') }}

)

select
    customer_values.customer_id,
    customer_values.as_of_date,
    customer_values.btyd_frequency,
    customer_values.btyd_recency_weeks,
    customer_values.btyd_age_weeks,
    customer_values.mean_repeat_spend,
    customer_values.margin_rate,
    customer_values.historical_value,
    customer_values.p_alive,
    customer_values.expected_orders,
    customer_values.expected_orders_low,
    customer_values.expected_orders_high,
    customer_values.expected_spend,
    customer_values.spend_level,
    customer_values.predicted_revenue,
    customer_values.predicted_value,
    customer_values.predicted_value_low,
    customer_values.predicted_value_high,
    customer_values.contract_value,
    customer_values.lifetime_value,
    customer_values.value_source,
    customer_values.fallback_reason,
    customers.acquisition_cost,
    case
        when customers.acquisition_cost > 0
            then {{ round_double(
                'customer_values.lifetime_value / cast(customers.acquisition_cost as double)', 2
            ) }}
    end as clv_to_cac_ratio,
    {{ round_double(share_score('customer_values.lifetime_value', [
        'cut_points.p20', 'cut_points.p40', 'cut_points.p60', 'cut_points.p80', 'cut_points.p95',
    ]), 2) }} as score
from customer_values
left join customers on customer_values.customer_id = customers.customer_id
left join cut_points
    on
        customer_values.as_of_date = cut_points.as_of_date
        and customer_values.business_line = cut_points.business_line
