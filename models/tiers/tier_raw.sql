/* One row per customer and scored date: the tier by the composite score alone; of the lapsed L. */
{{ config(materialized='view') }}
with

worst as (

    select max_by(cast(tier_code as string), cast(tier_rank as integer)) as tier_code
    from {{ ref('tiers') }}
    where tier_code not in ('L', 'P')

)

select
    composites.customer_id,
    composites.as_of_date,
    composites.business_line,
    composites.policy,
    composites.lifecycle_stage,
    composites.composite_score,
    case
        when composites.composite_score is null then 'P'
        when composites.lifecycle_stage = 'churned' then 'L'
        /* Where the line had no customer when its rules were learned, there is nothing to compare with. */
        else coalesce(cut_points.tier_code, worst.tier_code)
    end as raw_tier_code
from {{ ref('tier_composite') }} as composites
cross join worst
left join {{ ref('tier_cut_points') }} as cut_points
    on
        composites.as_of_date = cut_points.as_of_date
        and composites.business_line = cut_points.business_line
        and composites.composite_score >= cut_points.lower_score
        and composites.composite_score < coalesce(cut_points.next_lower_score, 1000)
