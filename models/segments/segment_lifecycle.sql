/* One row per customer and scored date: the stage of the relation. How late the next purchase
   is (rhythm_state) and what the past looks like (history_state) make a cell; a seed names the
   stage of each cell. From when on somebody is lost, each line has shown; where it has not, nobody is. */
with

scores as (

    select * from {{ ref('score_lifecycle') }}

),

thresholds as (

    select
        cast(policy as string) as policy,
        cast(late_ratio as double) as late_ratio,
        cast(dormant_ratio as double) as dormant_ratio,
        cast(new_days as integer) as new_days,
        cast(established_purchase_days as integer) as established_purchase_days
    from {{ ref('lifecycle_thresholds') }}

),

cells as (

    select
        cast(rhythm_state as string) as rhythm_state,
        cast(history_state as string) as history_state,
        cast(segment as string) as segment
    from {{ ref('lifecycle_cells') }}

),

states as (

    select
        scores.customer_id,
        scores.as_of_date,
        case
            when scores.overdue_ratio is null then 'never_bought'
            when scores.overdue_ratio >= learned.churned_ratio then 'lapsed'
            when scores.overdue_ratio >= thresholds.dormant_ratio then 'long_overdue'
            when scores.overdue_ratio >= thresholds.late_ratio then 'late'
            else 'on_time'
        end as rhythm_state,
        case
            when scores.overdue_ratio is null or scores.days_since_first_purchase <= thresholds.new_days
                then 'new'
            when
                scores.last_gap_ratio >= thresholds.dormant_ratio
                and scores.recency_days <= thresholds.new_days
                then 'returned'
            when scores.purchase_day_count >= thresholds.established_purchase_days
                then 'established'
            else 'developing'
        end as history_state
    from scores
    left join thresholds on scores.policy = thresholds.policy
    left join {{ ref('fit_churned_ratio') }} as learned
        on scores.as_of_date = learned.as_of_date and scores.business_line = learned.business_line

)

select
    states.customer_id,
    states.as_of_date,
    states.rhythm_state,
    states.history_state,
    cells.segment
from states
left join cells
    on
        states.rhythm_state = cells.rhythm_state
        and states.history_state = cells.history_state
