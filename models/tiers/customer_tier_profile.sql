/* One row per business line and tier of the candidate, for the gate: how many customers, beside the bands and
   the last passed build. L is a share of all buyers, the others of those who still are customers. */
{{ config(schema='audit') }}
{% set told = dict(business_line='string', tier_code='string', share='double', line_customers='integer') %}
with

candidate as (

    select
        *,
        /* An override of a lapsed customer is no share of the others. */
        case when raw_tier_code = 'L' then 'L' else tier_code end as counted_tier
    from {{ ref('customer_tier_candidate') }}
    where composite_score is not null

),

bands as (

    select
        cast(policies.policy as string) as policy,
        cast(tiers.tier_code as string) as tier_code,
        cast(tiers.tier_rank as integer) as tier_rank,
        case
            when policies.band_method = 'percentile'
                then (cast(bands.upper_bound as double) - cast(bands.lower_bound as double)) / 100
        end as band_share
    from {{ ref('policies') }} as policies
    cross join {{ ref('tiers') }} as tiers
    left join {{ ref('tier_bands') }} as bands
        on policies.policy = bands.policy and tiers.tier_code = bands.tier_code
    where tiers.tier_code <> 'P'

),

lines as (

    select
        business_line,
        min(policy) as policy,
        count(case when raw_tier_code <> 'L' then 1 end) as customers,
        count(*) as buyers
    from candidate
    group by business_line

),

counted as (

    select
        business_line,
        counted_tier as tier_code,
        count(*) as customers,
        cast(sum(net_revenue) as double) / count(*) as mean_net_revenue
    from candidate
    group by business_line, counted_tier

),

/* The bands are kept by the raw tiers: grace, guardrails and overrides are wanted exceptions. */
raw_counted as (

    select
        business_line,
        raw_tier_code,
        count(*) as customers
    from candidate
    group by business_line, raw_tier_code

),

tiers_of_lines as (

    select
        lines.business_line,
        bands.*,
        case when bands.tier_code = 'L' then lines.buyers else lines.customers end as line_customers
    from lines
    inner join bands on lines.policy = bands.policy

),

compared as (

    select
        lines.business_line,
        lines.tier_code,
        lines.tier_rank,
        cast(lines.line_customers as integer) as line_customers,
        cast(coalesce(counted.customers, 0) as integer) as customers,
        coalesce(counted.customers, 0) / cast(nullif(lines.line_customers, 0) as double) as share,
        coalesce(raw_counted.customers, 0) / cast(nullif(lines.line_customers, 0) as double) as raw_share,
        lines.band_share,
        coalesce(ties.tied_share, 0) as tied_share,
        {{ round_double('counted.mean_net_revenue', 2) }} as mean_net_revenue,
        /* A date of the past is not compared with what came after it. */
        case when not context.is_of_the_past then last_passed.share end as previous_share,
        case when not context.is_of_the_past then last_passed.line_customers end as previous_line_customers,
        lines.line_customers >= context.min_customers as is_judged,
        context.warn_share_gap,
        context.block_share_gap,
        context.warn_share_drift,
        context.block_share_drift,
        context.candidate_fingerprint
    from tiers_of_lines as lines
    cross join {{ ref('gate_context') }} as context
    left join counted on lines.business_line = counted.business_line and lines.tier_code = counted.tier_code
    left join raw_counted
        on lines.business_line = raw_counted.business_line and lines.tier_code = raw_counted.raw_tier_code
    left join {{ ref('customer_tier_ties') }} as ties
        on lines.business_line = ties.business_line and lines.tier_code = ties.tier_code
    left join {{ last_passed('passed_profiles', told) }} as last_passed
        on lines.business_line = last_passed.business_line and lines.tier_code = last_passed.tier_code

)

/* What chance alone does to a share p of n customers stays within 3 * sqrt(p * (1 - p) / n), three standard
   errors: so much is allowed on top of every bound. Where n is small that is all: it is not judged. */
select
    *,
    abs(raw_share - band_share) as share_gap,
    tied_share + 3 * sqrt(band_share * (1 - band_share) / nullif(line_customers, 0)) as share_gap_allowance,
    abs(share - previous_share) as share_drift,
    3 * sqrt(previous_share * (1 - previous_share) / nullif(line_customers, 0)) as share_drift_allowance,
    lead(tier_code) over by_rank as next_tier_code,
    /* Of the lapsed it says nothing: some have just stopped. */
    lead(case when tier_code <> 'L' then mean_net_revenue end) over by_rank as next_tier_mean_net_revenue
from compared
window by_rank as (partition by business_line order by tier_rank)
