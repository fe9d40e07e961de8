/* One row per customer and date who is judged (evaluation_sample): what every method said of them then. Each
   score is joined to the sample by itself, as every score has a row for each customer and date: so an engine
   keeps the sample in memory, and not the scores; Spark has no plan for all of these views in one join. */
-- depends_on: {{ ref('int_scoring_dates') }}
-- depends_on: {{ ref('evaluation_dates_to_restate') }}
{{ config(meta={'dates_restated_by': 'evaluation_dates_to_restate'}) }}
{#- Values and probabilities are judged whatever the composite may hold. -#}
{% set methods = (scoring_methods() + ['clv', 'propensity']) | unique | list %}
{% set amounts = {
    'propensity': ['buy_probability_30_days', 'churn_probability_90_days'],
    'clv': [
        'p_alive', 'expected_orders', 'expected_orders_low', 'expected_orders_high', 'expected_spend', 'spend_level',
        'lifetime_value',
    ],
} %}
{% set highest = highest_sampled_hash() %}
with

sampled as (

    select * from {{ ref('evaluation_sample') }}

),

scored as (

    {% for method in methods %}
    select
        {% for owner, columns in amounts.items() %}
        {% for column in columns %}
        {{ 'scores.' ~ column if owner == method else 'null' }} as {{ column }},
        {% endfor %}
        {% endfor %}
        scores.score,
        '{{ method }}' as method,
        sampled.customer_id,
        sampled.as_of_date
    from sampled
    inner join {{ of_evaluated_dates('score_' ~ method, highest) }} as scores
        on sampled.customer_id = scores.customer_id and sampled.as_of_date = scores.as_of_date
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

said as (

    select
        {% for method in methods %}
        max(case when method = '{{ method }}' then score end) as {{ method }}_score,
        {% endfor %}
        {% for column in amounts.values() | sum(start=[]) %}
        max({{ column }}) as {{ column }},
        {% endfor %}
        customer_id,
        as_of_date
    from scored
    group by customer_id, as_of_date

),

tiers as (

    select
        cast(tier_code as string) as tier_code,
        cast(tier_rank as integer) as tier_rank
    from {{ ref('tiers') }}

),

value_settings as (

    {{ method_settings('clv', ['horizon_months']) }}

)

select
    sampled.customer_id,
    sampled.as_of_date,
    sampled.business_line,
    sampled.policy,
    sampled.line_customers,
    sampled.past_spend,
    sampled.recency_days,
    {% for method in scoring_methods() %}
    said.{{ method }}_score,
    {% endfor %}
    composites.composite_score,
    leaves.expected_revenue_90_days,
    assigned.tier_code,
    assigned.raw_tier_code,
    final_tiers.tier_rank,
    raw_tiers.tier_rank as raw_tier_rank,
    said.buy_probability_30_days,
    said.churn_probability_90_days,
    said.p_alive,
    said.expected_orders,
    said.expected_orders_low,
    said.expected_orders_high,
    said.expected_spend * said.spend_level as expected_spend,
    said.lifetime_value,
    cast(round(value_settings.horizon_months * 365 / 12) as integer) as clv_horizon_days
from sampled
inner join said on sampled.customer_id = said.customer_id and sampled.as_of_date = said.as_of_date
{% for alias, model in [
    ('composites', 'tier_composite'), ('assigned', 'tier_assigned'), ('leaves', 'segment_tree'),
] %}
inner join {{ of_evaluated_dates(model, highest) }} as {{ alias }}
    on sampled.customer_id = {{ alias }}.customer_id and sampled.as_of_date = {{ alias }}.as_of_date
{% endfor %}
left join tiers as final_tiers on assigned.tier_code = final_tiers.tier_code
left join tiers as raw_tiers on assigned.raw_tier_code = raw_tiers.tier_code
left join value_settings on sampled.policy = value_settings.policy
