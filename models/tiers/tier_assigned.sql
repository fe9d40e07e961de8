/* One row per customer and scored date that is published, or imagined: the tier by its cut points (raw), and
   what it becomes: grace keeps a better tier of earlier periods for a while, the guardrails of the
   policy limit it by the rules that the customer meets, and last an override of the CRM sets it. Neither
   grace nor guardrails make a customer of who has lapsed. */
{{ config(materialized='restated', meta={'rows_restated_by': 'tier_dates_to_restate'}) }}
with

tiers as (

    select
        cast(tier_code as string) as tier_code,
        cast(tier_rank as integer) as tier_rank
    from {{ ref('tiers') }}

),

guardrails as (

    select
        cast(guardrails.rule as string) as rule,
        best.tier_rank as best_rank,
        worst.tier_rank as worst_rank
    from {{ ref('guardrails') }} as guardrails
    inner join tiers as best on guardrails.best_tier = best.tier_code
    inner join tiers as worst on guardrails.worst_tier = worst.tier_code

),

ranked as (

    select
        raw.customer_id,
        raw.as_of_date,
        raw.business_line,
        raw.policy,
        raw.composite_score,
        raw.raw_tier_code,
        raw.lifecycle_stage,
        raw_tiers.tier_rank as raw_rank,
        case
            when raw.raw_tier_code <> 'L' and grace.lent_rank < raw_tiers.tier_rank then grace.lent_rank
            else raw_tiers.tier_rank
        end as kept_rank
    from {{ to_restate(ref('tier_raw'), 'tier_dates_to_restate') }} as raw
    inner join {{ ref('int_scoring_dates') }} as dates
        on raw.as_of_date = dates.as_of_date and (dates.is_published or dates.is_imagined)
    inner join tiers as raw_tiers on raw.raw_tier_code = raw_tiers.tier_code
    left join {{ ref('tier_grace') }} as grace
        on
            raw.customer_id = grace.customer_id
            and raw.as_of_date = grace.as_of_date

),

guarded as (

    select
        ranked.*,
        guardrails.rule as reason_code,
        guardrails.best_rank,
        least(
            greatest(ranked.kept_rank, coalesce(guardrails.best_rank, ranked.kept_rank)),
            coalesce(guardrails.worst_rank, ranked.kept_rank)
        ) as guarded_rank
    from ranked
    left join {{ ref('tier_guardrails') }} as met
        on
            ranked.customer_id = met.customer_id
            and ranked.as_of_date = met.as_of_date
    /* Prospects and the lapsed stay what they are. */
    left join guardrails on met.rule = guardrails.rule and ranked.raw_tier_code not in ('L', 'P')

),

overridden as (

    select
        guarded.*,
        tiers.tier_code as guarded_tier_code,
        overrides.tier_code as override_tier_code,
        /* A prospect stays one: the override waits for the first purchase. */
        overrides.tier_code is not null and guarded.composite_score is not null as is_overridden
    from guarded
    inner join tiers on guarded.guarded_rank = tiers.tier_rank
    left join {{ ref('tier_overrides') }} as overrides
        on
            guarded.customer_id = overrides.customer_id
            and guarded.as_of_date = overrides.as_of_date

)

/* Only what decides is named: no guardrail and no grace where an override sets the tier, and no grace
   where a guardrail gives another tier than grace keeps. */
select
    customer_id,
    as_of_date,
    business_line,
    policy,
    lifecycle_stage,
    composite_score,
    raw_tier_code,
    case when is_overridden then override_tier_code else guarded_tier_code end as tier_code,
    case when guarded_rank <> kept_rank and not is_overridden then reason_code end as guardrail_code,
    kept_rank < raw_rank and guarded_rank = kept_rank and not is_overridden as is_in_grace,
    is_overridden,
    best_rank
from overridden
