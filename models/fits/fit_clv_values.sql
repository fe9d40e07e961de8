/* One row per customer and scored date: the value of the customer, looking ahead by BG/NBD (how
   often) and Gamma-Gamma (how much) where the line's fit is fit for use, else looking back. The
   sources of the formulas are in clv.py. A view: what it looks up is small, its rows are not. */
{{ config(materialized='view') }}
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

settings as (

    {{ method_settings('clv', ['margin_rate', 'lifespan_years']) }}

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
        grid.p_alive,
        grid.expected_orders,
        grid.expected_orders_low,
        grid.expected_orders_high,
        grid.discounted_orders,
        /* Between the own mean and that of all; nothing where more money came back than was paid. */
        case
            when grid.p_alive is not null
                then
                    fits.p * (fits.v + summaries.btyd_frequency * summaries.paid_per_repeat)
                    / (fits.p * summaries.btyd_frequency + fits.q - 1)
        end as expected_spend,
        /* The customer's own margin in the window, where it is known. */
        case
            when summaries.net_revenue > 0 and summaries.margin is not null
                then cast(summaries.margin as double) / cast(summaries.net_revenue as double)
            else settings.margin_rate
        end as margin_rate,
        cast(summaries.lifetime_net_revenue as double) / nullif(summaries.lifetime_order_count, 0)
            as average_order,
        cast(summaries.order_count as double) * 365 / {{ var('lookback_days') | int }} as orders_per_year,
        settings.lifespan_years,
        fits.reason
    from summaries
    left join settings on summaries.policy = settings.policy
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
        expected_spend * discounted_orders as predicted_revenue,
        {{ round_double('expected_spend * discounted_orders * margin_rate', 2) }} as predicted_value,
        {{ round_double('average_order * orders_per_year * lifespan_years * margin_rate', 2) }}
            as historical_value
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
    {{ round_double('predicted_revenue', 2) }} as predicted_revenue,
    predicted_value,
    {% for bound in ['low', 'high'] %}
    {{ round_double('predicted_revenue * margin_rate * expected_orders_' ~ bound
        ~ ' / nullif(expected_orders, 0)', 2) }} as predicted_value_{{ bound }},
    {% endfor %}
    coalesce(predicted_value, historical_value) as lifetime_value,
    case
        when predicted_value is not null then 'predicted'
        when historical_value is not null then 'historical'
    end as value_source,
    case when predicted_value is null and historical_value is not null then reason end as fallback_reason
from valued
