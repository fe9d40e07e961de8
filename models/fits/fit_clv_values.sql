/* One row per customer and scored date: what the customer is worth over the horizon, by the modified
   BG/NBD and Gamma-Gamma (sources in clv.py) where the line's fit is fit for use, else as if the window came
   once more. A past loss is not taken for one to come: it is worth 0. A view: what it looks up is small. */
{{ config(materialized='view') }}
{% set revenue = 'expected_spend * discounted_orders * coalesce(spend_level, 1)' %}
with

summaries as (

    select
        *,
        greatest(coalesce(cast(mean_repeat_spend as double), 0), 0) as paid_per_repeat
    from {{ ref('int_btyd_summaries') }}

),

lines as (

    select * from {{ ref('fit_clv_lines') }}

),

fits as (

    select * from {{ ref('fit_clv') }}

),

grid as (

    select * from {{ ref('fit_clv_grid') }}

),

looked_up as (

    select
        summaries.customer_id,
        summaries.as_of_date,
        summaries.business_line,
        summaries.order_count,
        summaries.btyd_frequency,
        {{ round_double('cast(summaries.btyd_recency_days as double) / 7', 2) }} as btyd_recency_weeks,
        {{ round_double('cast(summaries.btyd_age_days as double) / 7', 2) }} as btyd_age_weeks,
        summaries.mean_repeat_spend,
        /* Where leaving is not shown, being there says nothing. */
        case when fits.a > 0 then grid.p_alive end as p_alive,
        grid.expected_orders,
        grid.expected_orders_low,
        grid.expected_orders_high,
        grid.discounted_orders,
        /* Between the own mean and that of all; nothing where more money came back than was paid. */
        case
            when grid.discounted_orders is not null
                then
                    fits.p * (fits.v + summaries.btyd_frequency * summaries.paid_per_repeat)
                    / (fits.p * summaries.btyd_frequency + fits.q - 1)
        end as expected_spend,
        fits.spend_level,
        /* The margin that the customer has brought ever, as a window forgets; else the line's. */
        greatest(coalesce(summaries.lifetime_margin_rate, fits.margin_rate), 0.0) as margin_rate,
        cast(greatest(summaries.lifetime_net_revenue, 0) as double)
        / nullif(summaries.lifetime_order_count, 0) as average_order,
        cast(summaries.order_count as double) * lines.horizon_months * 365 / 12
        / {{ var('lookback_days') | int }} as orders_of_a_horizon,
        case
            when summaries.monthly_recurring_revenue > 0 and summaries.lifetime_order_count > 0
                then cast(summaries.monthly_recurring_revenue as double) * lines.discounted_months
        end as contract_revenue,
        fits.reason
    from summaries
    left join lines
        on summaries.as_of_date = lines.as_of_date and summaries.business_line = lines.business_line
    left join fits
        on summaries.as_of_date = fits.as_of_date and summaries.business_line = fits.business_line
    left join grid
        on
            summaries.as_of_date = grid.as_of_date
            and summaries.business_line = grid.business_line
            and summaries.btyd_frequency = grid.btyd_frequency
            and floor(summaries.btyd_recency_days / lines.step_days) = grid.recency_step
            and floor(summaries.btyd_age_days / lines.step_days) = grid.age_step

),

valued as (

    select
        *,
        {{ revenue }} as predicted_revenue,
        {{ round_double(revenue ~ ' * margin_rate', 2) }} as predicted_value,
        {{ round_double('average_order * orders_of_a_horizon * margin_rate', 2) }} as historical_value,
        {{ round_double('contract_revenue * margin_rate', 2) }} as contract_value
    from looked_up

)

select
    customer_id,
    as_of_date,
    business_line,
    order_count,
    btyd_frequency,
    btyd_recency_weeks,
    btyd_age_weeks,
    mean_repeat_spend,
    {{ round_double('margin_rate', 4) }} as margin_rate,
    historical_value,
    p_alive,
    expected_orders,
    expected_orders_low,
    expected_orders_high,
    {{ round_double('expected_spend', 2) }} as expected_spend,
    case when expected_spend is not null then coalesce(spend_level, 1) end as spend_level,
    {{ round_double('predicted_revenue', 2) }} as predicted_revenue,
    predicted_value,
    {% for bound in ['low', 'high'] %}
    {{ round_double('predicted_revenue * margin_rate * expected_orders_' ~ bound
        ~ ' / nullif(expected_orders, 0)', 2) }} as predicted_value_{{ bound }},
    {% endfor %}
    contract_value,
    greatest(coalesce(predicted_value, historical_value), contract_value) as lifetime_value,
    case
        when contract_value > coalesce(predicted_value, historical_value) then 'contract'
        when predicted_value is not null then 'predicted'
        when historical_value is not null then 'historical'
    end as value_source,
    case when historical_value is not null then reason end as fallback_reason
from valued
