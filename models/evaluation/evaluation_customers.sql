/* One row per customer who had bought and evaluated date: what every method said of them then. Of a line with
   more than some 30,000 such customers a sample: those whose id has a low hash, the same ones on every date. */
{{ config(meta={'dates_restated_by': 'evaluation_dates_to_restate'}) }}
{% set dates = 'evaluation_dates_to_restate' %}
{% set most = 30000 %}
{#- Values and probabilities are judged whatever the composite may hold. -#}
{% set joined = (scoring_methods() + ['clv', 'propensity']) | unique | list %}
with

/* A date that is evaluated no more is among those to restate, and leaves no rows. */
evaluated as (

    select distinct as_of_date from {{ ref('evaluation_dates') }}

),

buyers as (

    select
        features.customer_id,
        features.as_of_date,
        features.business_line,
        features.policy,
        features.lifetime_net_revenue as past_spend,
        features.recency_days
    from {{ of_restated_dates(ref('int_customer_features'), dates) }} as features
    inner join evaluated on features.as_of_date = evaluated.as_of_date
    where features.purchase_day_count > 0

),

/* Below which hash a customer is in the sample of a date and line; all hashes are below g. */
bounds as (

    select
        as_of_date,
        business_line,
        cast(count(*) as integer) as line_customers,
        case
            when count(*) <= {{ most }} then 'g'
            else lpad(lower(hex(cast(floor({{ most }}.0 / count(*) * 65536) as bigint))), 4, '0')
        end as below
    from buyers
    group by as_of_date, business_line

),

/* Hashed once each, and not once for every date: few of many customers are in any sample. */
candidates as (

    select
        hashed.customer_id,
        hashed.key_hash
    from (
        select
            customer_id,
            substring(md5(customer_id), 1, 4) as key_hash
        from {{ ref('int_customers') }}
    ) as hashed
    where hashed.key_hash < (select max(bounds.below) from bounds)

),

sampled as (

    select
        buyers.*,
        bounds.line_customers
    from buyers
    inner join candidates on buyers.customer_id = candidates.customer_id
    inner join bounds
        on buyers.as_of_date = bounds.as_of_date and buyers.business_line = bounds.business_line
    where candidates.key_hash < bounds.below

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
left join {{ of_restated_dates(ref('score_' ~ method), dates) }} as score_{{ method }}
    on
        sampled.customer_id = score_{{ method }}.customer_id
        and sampled.as_of_date = score_{{ method }}.as_of_date
{% endfor %}
{% for alias, model in [('composites', 'tier_composite'), ('assigned', 'tier_assigned')] %}
left join {{ of_restated_dates(ref(model), dates) }} as {{ alias }}
    on sampled.customer_id = {{ alias }}.customer_id and sampled.as_of_date = {{ alias }}.as_of_date
{% endfor %}
left join tiers as final_tiers on assigned.tier_code = final_tiers.tier_code
left join tiers as raw_tiers on assigned.raw_tier_code = raw_tiers.tier_code
left join value_settings on sampled.policy = value_settings.policy
