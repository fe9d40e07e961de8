/* One row per customer and date who is judged (evaluation_sample): what every method said of them then. Inner
   joins, as every score has a row for each customer and date: so an engine keeps the sample in memory, and
   not the scores. */
-- depends_on: {{ ref('int_scoring_dates') }}
-- depends_on: {{ ref('evaluation_dates_to_restate') }}
{{ config(meta={'dates_restated_by': 'evaluation_dates_to_restate'}) }}
{#- Values and probabilities are judged whatever the composite may hold. -#}
{% set joined = (scoring_methods() + ['clv', 'propensity']) | unique | list %}
{% set highest = highest_sampled_hash() %}
with

sampled as (

    select * from {{ ref('evaluation_sample') }}

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
    score_{{ method }}.score as {{ method }}_score,
    {% endfor %}
    composites.composite_score,
    assigned.tier_code,
    assigned.raw_tier_code,
    final_tiers.tier_rank,
    raw_tiers.tier_rank as raw_tier_rank,
    score_propensity.buy_probability_30_days,
    score_propensity.churn_probability_90_days,
    score_clv.p_alive,
    score_clv.expected_orders,
    score_clv.expected_orders_low,
    score_clv.expected_orders_high,
    score_clv.expected_spend,
    score_clv.lifetime_value,
    cast(round(value_settings.horizon_months * 365 / 12) as integer) as clv_horizon_days
from sampled
{% for method in joined %}
inner join {{ of_evaluated_dates('score_' ~ method, highest) }} as score_{{ method }}
    on
        sampled.customer_id = score_{{ method }}.customer_id
        and sampled.as_of_date = score_{{ method }}.as_of_date
{% endfor %}
{% for alias, model in [('composites', 'tier_composite'), ('assigned', 'tier_assigned')] %}
inner join {{ of_evaluated_dates(model, highest) }} as {{ alias }}
    on sampled.customer_id = {{ alias }}.customer_id and sampled.as_of_date = {{ alias }}.as_of_date
{% endfor %}
left join tiers as final_tiers on assigned.tier_code = final_tiers.tier_code
left join tiers as raw_tiers on assigned.raw_tier_code = raw_tiers.tier_code
left join value_settings on sampled.policy = value_settings.policy
