/* One row per customer at the current date: since when they have their tier, and which one they
   had at the last closed period. Within the published dates; what was before is not known here. */
with

dates as (

    select *
    from {{ ref('int_scoring_dates') }}
    where is_published

),

/* A customer who entered at a date has had the tier at least since then. */
last_changes as (

    select
        changes.customer_id,
        max(changes.as_of_date) as changed_at,
        max(case when dates.is_current then 1 else 0 end) as has_just_changed,
        max(case when dates.is_current then changes.from_tier_code end) as tier_before_change
    from {{ ref('tier_changes') }} as changes
    inner join dates on changes.as_of_date = dates.as_of_date
    where changes.to_tier_code is not null
    group by changes.customer_id

),

current_tiers as (

    select
        assigned.customer_id,
        assigned.tier_code
    from {{ at_current_date('tier_assigned') }} as assigned

),

first_date as (

    select
        min(as_of_date) as as_of_date,
        count(*) > 1 as has_closed_periods
    from dates

)

select
    current_tiers.customer_id,
    case
        when last_changes.has_just_changed = 1 then last_changes.tier_before_change
        when first_date.has_closed_periods then current_tiers.tier_code
    end as previous_tier_code,
    coalesce(last_changes.changed_at, first_date.as_of_date) as tier_since
from current_tiers
cross join first_date
left join last_changes on current_tiers.customer_id = last_changes.customer_id
