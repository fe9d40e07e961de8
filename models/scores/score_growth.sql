/* One row per customer and scored date: the growth path. The slope of net revenue over the five fifths of
   the look-back window is the median of the slopes between every two of them (Sen, "Estimates of the
   regression coefficient based on Kendall's tau", JASA 63, 1968), so that one big order does not make
   a fast grower; it is taken relative to the mean. 50 is steady, 100 doubles its mean every fifth. Customers
   whose first purchase is younger than the window are too young: before it nothing could grow. */
{% set slopes = [] %}
{% for later in range(1, 6) %}{% for earlier in range(later + 1, 6) %}
{% do slopes.append('cast(revenue_fifth_' ~ later ~ ' - revenue_fifth_' ~ earlier ~ ' as double) / '
    ~ (earlier - later)) %}
{% endfor %}{% endfor %}
with

features as (

    select * from {{ ref('int_customer_features') }}

),

settings as (

    {{ method_settings('growth', ['fast_rate', 'decline_rate']) }}

),

sloped as (

    select
        customer_id,
        as_of_date,
        policy,
        days_as_customer,
        net_revenue,
        revenue_fifth_1 - revenue_fifth_2 as revenue_change,
        cast(net_revenue as double) / 5 as mean_revenue,
        0
        {% for fifth in range(1, 6) %}
        + case when revenue_fifth_{{ fifth }} <> 0 then 1 else 0 end
        {% endfor %} as fifths_with_revenue,
        ({{ sorted_item(slopes, 5) }} + {{ sorted_item(slopes, 6) }}) / 2 as slope
    from features

),

rated as (

    select
        sloped.*,
        settings.fast_rate,
        settings.decline_rate,
        sloped.days_as_customer + 1 >= {{ var('lookback_days') | int }} as is_old_enough,
        case when sloped.mean_revenue > 0 then {{ round_double('sloped.slope / sloped.mean_revenue', 4) }} end
            as growth_rate
    from sloped
    left join settings on sloped.policy = settings.policy

)

select
    customer_id,
    as_of_date,
    {{ round_double('slope', 2) }} as revenue_slope,
    revenue_change,
    growth_rate,
    case
        when days_as_customer is null then 'prospect'
        when not is_old_enough then 'too_young'
        when growth_rate is null then 'inactive'
        when fifths_with_revenue < 3 then 'too_sparse'
        when growth_rate >= fast_rate then 'fast_growing'
        when growth_rate <= decline_rate then 'declining'
        else 'steady'
    end as growth_path,
    case
        when is_old_enough and growth_rate is null then 0
        when is_old_enough and fifths_with_revenue >= 3
            then {{ round_double('50 + 50 * greatest(-1.0, least(1.0, growth_rate))', 2) }}
    end as score
from rated
