/* One row per scored date, business line and measure: the percentiles that its scores are
   compared with, rounded so that they read like rules. Learned from the customers who are
   active in the measure: who ordered in the window or, for interactions, had one in it. */
{{ config(materialized='calibrated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select
        *,
        favourite_count + cart_count as wish_count,
        {{ margin_rate() }} as margin_rate
    from {{ of_calibrations(ref('int_customer_features'), 'int_dates_to_restate') }}

),

{% set measures = {
    'recency_days': 'order_count > 0',
    'order_count': 'order_count > 0',
    'net_revenue': 'order_count > 0',
    'lifetime_net_revenue': 'lifetime_net_revenue > 0',
    'margin_rate': 'order_count > 0 and margin_rate is not null',
    'interaction_count': 'interaction_count > 0',
    'engagement_points': 'engagement_points > 0',
    'visit_count': 'visit_count > 0',
    'view_count': 'view_count > 0',
    'wish_count': 'wish_count > 0',
    'referral_count': 'referral_count > 0',
    'influence_points': 'influence_points > 0',
    'follower_count': 'follower_count > 0',
    'weighted_pipeline': 'weighted_pipeline > 0',
    'largest_opportunity': 'largest_opportunity > 0',
} %}

learned as (

    select
        {% for measure, is_active in measures.items() %}
        count(case when {{ is_active }} then 1 end) as {{ measure }}_customers,
        {{ percentiles(
            'case when ' ~ is_active ~ ' then ' ~ measure ~ ' end', [0.2, 0.4, 0.6, 0.8, 0.95]
        ) }} as {{ measure }}_percentiles,
        {% endfor %}
        as_of_date,
        business_line
    from features
    group by as_of_date, business_line

),

by_measure as (

    {% for measure in measures %}
    select
        as_of_date,
        business_line,
        '{{ measure }}' as measure,
        {{ measure }}_customers as customers,
        {{ measure }}_percentiles as percentiles
    from learned
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    as_of_date,
    business_line,
    measure,
    {{ cut_points_in('percentiles') }},
    cast(customers as integer) as customers
from by_measure
where customers > 0
