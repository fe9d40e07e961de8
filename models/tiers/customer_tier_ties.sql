/* One row per business line and tier of the candidate that equal scores can push off its band:
   equal scores stay together, so the share of a tier can miss its band by as many as share a
   score with somebody across an edge of the band. */
{{ config(schema='audit', materialized='view') }}
with

candidate as (

    select *
    from {{ ref('customer_tier_candidate') }}
    where raw_tier_code not in ('L', 'P')

),

bands as (

    select
        cast(policy as string) as policy,
        cast(tier_code as string) as tier_code,
        cast(lower_bound as double) / 100 as starts,
        cast(upper_bound as double) / 100 as ends
    from {{ ref('tier_bands') }}

),

/* Customers with equal scores, and which stretch of their line (0 the worst, 1 the best) they take. */
equals as (

    select
        business_line,
        policy,
        (sum(count(*)) over (partition by business_line order by composite_score) - count(*))
        / cast(sum(count(*)) over (partition by business_line) as double) as starts,
        sum(count(*)) over (partition by business_line order by composite_score)
        / cast(sum(count(*)) over (partition by business_line) as double) as ends
    from candidate
    group by business_line, policy, composite_score

)

select
    equals.business_line,
    bands.tier_code,
    sum(equals.ends - equals.starts) as tied_share
from equals
inner join bands
    on
        equals.policy = bands.policy
        and (
            (equals.starts < bands.starts and equals.ends > bands.starts)
            or (equals.starts < bands.ends and equals.ends > bands.ends)
        )
group by equals.business_line, bands.tier_code
