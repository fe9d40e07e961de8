/* One row per customer at the current date: every score and segment side by side, ready for a BI tool. */
{% set scores = {
    'rfm': ['rfm_cell'],
    'lifecycle': ['overdue_ratio'],
    'contribution': [],
    'monetary': ['amount_tier'],
    'pyramid': ['pyramid_level'],
    'clv': ['lifetime_value', 'value_source', 'p_alive', 'expected_orders', 'clv_to_cac_ratio'],
    'engagement': ['engagement_level'],
    'behaviour': ['furthest_step'],
    'growth': ['growth_path', 'growth_rate'],
    'demand': ['expected_order_date', 'next_category'],
    'propensity': ['buy_probability_30_days', 'churn_probability_90_days', 'factor_1', 'factor_2', 'factor_3'],
    'intent': [],
    'influence': ['influence_level', 'referral_won_count'],
    'potential': ['headroom', 'weighted_pipeline'],
} %}
{% set segments = {
    'value_loyalty': 'value_loyalty_segment', 'value_engagement': 'value_engagement_segment',
    'persona': 'persona', 'scenario': 'scenario', 'cluster': 'cluster', 'attitude': 'attitude',
    'market': 'market_segment',
} %}
{% set labelled = {'lifecycle': 'lifecycle_stage', 'rfm': 'rfm_segment', 'rfm_zh': 'rfm_zh_segment'} %}
with

tiers as (

    select * from {{ ref('customer_tier_candidate') }}

),

priorities as (

    select
        cast(tier_code as string) as tier_code,
        cast(segment as string) as segment,
        cast(priority as integer) as market_priority
    from {{ ref('market_priorities') }}

),

labels as (

    select
        {% for segment in labelled.keys() | list + segments.keys() | list %}
        max(case when method = '{{ segment }}' then cast(name_en as string) end) as {{ segment }}_en,
        max(case when method = '{{ segment }}' then cast(name_zh as string) end) as {{ segment }}_zh,
        {% endfor %}
        cast(segment as string) as segment
    from {{ ref('segment_labels') }}
    group by segment

)

select
    tiers.customer_id,
    tiers.as_of_date,
    tiers.business_line,
    tiers.policy,
    tiers.tier_code,
    tiers.tier_name_en,
    tiers.tier_name_zh,
    tiers.composite_score,
    tiers.tier_since,
    {% for segment, column in labelled.items() %}
    tiers.{{ column }},
    {{ segment }}_labels.{{ segment }}_en as {{ column }}_en,
    {{ segment }}_labels.{{ segment }}_zh as {{ column }}_zh,
    {% endfor %}
    {% for segment, column in segments.items() %}
    segment_{{ segment }}.segment as {{ column }},
    {{ segment }}_labels.{{ segment }}_en as {{ column }}_en,
    {{ segment }}_labels.{{ segment }}_zh as {{ column }}_zh,
    {% endfor %}
    {% for method, measures in scores.items() %}
    {% for measure in measures %}
    score_{{ method }}.{{ measure }},
    {% endfor %}
    score_{{ method }}.score as {{ method }}_score,
    {% endfor %}
    segment_attitude.nps_class,
    priorities.market_priority,
    tiers.recency_days,
    tiers.order_count,
    tiers.net_revenue
from tiers
{% for model in scores %}
inner join {{ at_current_date('score_' ~ model) }} as score_{{ model }}
    on tiers.customer_id = score_{{ model }}.customer_id
{% endfor %}
{% for model in segments %}
inner join {{ at_current_date('segment_' ~ model) }} as segment_{{ model }}
    on tiers.customer_id = segment_{{ model }}.customer_id
left join labels as {{ model }}_labels on segment_{{ model }}.segment = {{ model }}_labels.segment
{% endfor %}
{% for segment, column in labelled.items() %}
left join labels as {{ segment }}_labels on tiers.{{ column }} = {{ segment }}_labels.segment
{% endfor %}
left join priorities
    on tiers.tier_code = priorities.tier_code and segment_market.segment = priorities.segment
