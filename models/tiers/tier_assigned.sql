/* One row per customer and scored date: the tier by its cut points (raw), and the tier after
   the guardrails of the policy for the customer's stage of life. */
with

composites as (

    select
        customer_id,
        as_of_date,
        business_line,
        policy,
        composite_score
    from {{ ref('tier_composite') }}

),

stages as (

    select
        customer_id,
        as_of_date,
        segment as lifecycle_stage
    from {{ ref('segment_lifecycle') }}

),

tiers as (

    select
        cast(tier_code as string) as tier_code,
        cast(tier_rank as integer) as tier_rank
    from {{ ref('tiers') }}

),

/* One column per tier, so that the comparison stays on the customer's own row. */
cut_points as (

    select
        as_of_date,
        business_line,
        {% for tier in tier_codes() %}
        max(case when tier_code = '{{ tier }}' then lower_score end) as lower_{{ tier }},
        {% endfor %}
        count(*) as tiers
    from {{ ref('tier_cut_points') }}
    group by as_of_date, business_line

),

guardrails as (

    select
        cast(guardrails.policy as string) as policy,
        cast(guardrails.lifecycle_stage as string) as lifecycle_stage,
        cast(guardrails.reason_code as string) as reason_code,
        best.tier_rank as best_rank,
        worst.tier_rank as worst_rank
    from {{ ref('guardrails') }} as guardrails
    inner join tiers as best on guardrails.best_tier = best.tier_code
    inner join tiers as worst on guardrails.worst_tier = worst.tier_code

),

ranked as (

    select
        composites.customer_id,
        composites.as_of_date,
        composites.business_line,
        composites.policy,
        composites.composite_score,
        case
            when composites.composite_score is null then 'P'
            {% for tier in tier_codes() %}
            when composites.composite_score >= cut_points.lower_{{ tier }} then '{{ tier }}'
            {% endfor %}
        end as raw_tier_code
    from composites
    left join cut_points
        on
            composites.as_of_date = cut_points.as_of_date
            and composites.business_line = cut_points.business_line

),

guarded as (

    select
        ranked.*,
        stages.lifecycle_stage,
        raw_tiers.tier_rank as raw_rank,
        guardrails.reason_code,
        least(
            greatest(raw_tiers.tier_rank, coalesce(guardrails.best_rank, raw_tiers.tier_rank)),
            coalesce(guardrails.worst_rank, raw_tiers.tier_rank)
        ) as guarded_rank
    from ranked
    inner join stages
        on
            ranked.customer_id = stages.customer_id
            and ranked.as_of_date = stages.as_of_date
    inner join tiers as raw_tiers on ranked.raw_tier_code = raw_tiers.tier_code
    left join guardrails
        on
            ranked.policy = guardrails.policy
            and stages.lifecycle_stage = guardrails.lifecycle_stage
            and ranked.composite_score is not null

)

select
    guarded.customer_id,
    guarded.as_of_date,
    guarded.business_line,
    guarded.policy,
    guarded.lifecycle_stage,
    guarded.composite_score,
    guarded.raw_tier_code,
    tiers.tier_code,
    case when guarded.guarded_rank <> guarded.raw_rank then guarded.reason_code end
        as guardrail_code
from guarded
inner join tiers on guarded.guarded_rank = tiers.tier_rank
