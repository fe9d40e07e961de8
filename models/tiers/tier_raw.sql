/* One row per customer and scored date: the tier by the composite score alone; of the lapsed L. */
{{ config(materialized='view') }}
-- depends_on: {{ ref('tiers') }}
with

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
        {% for tier in tier_codes() %}
        when composites.composite_score >= cut_points.lower_{{ tier }} then '{{ tier }}'
        {% endfor %}
        /* Where the line had no customer when its rules were learned, there is nothing to compare with. */
        else '{{ tier_codes() | last }}'
    end as raw_tier_code
from {{ ref('tier_composite') }} as composites
left join cut_points
    on
        composites.as_of_date = cut_points.as_of_date
        and composites.business_line = cut_points.business_line
