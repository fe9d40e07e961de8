/* One row per date that is scored: those that tiers are asked of (int_tier_dates); the dates at which what
   holds on any of them was learned, and those that is learned from, none of them before the first order; and
   the day after the current one, on which each customer who has bought is imagined to order once more. */
with

scored as (

    select * from {{ ref('int_tier_dates') }}

),

cadences as (

    select
        cast(calibration as string) as cadence,
        true as is_of_policy
    from {{ ref('policies') }}
    union
    select
        'month' as cadence,
        false as is_of_policy

),

calibrated as (

    select distinct
        cadences.is_of_policy,
        {{ calibration_date('cadences.cadence', 'scored.as_of_date') }} as as_of_date
    from scored
    cross join cadences
    {% if var('calibrates_today') -%}
    union
    select
        true as is_of_policy,
        scored.as_of_date
    from scored
    where scored.is_current
    {%- endif %}

),

/* What is learned at a calibration date of what customers did next is learned from measures before it;
   clusters begin with those of the month before. */
added as (

    select as_of_date from calibrated
    union
    select {{ learning_date('as_of_date', 30) }} as as_of_date from calibrated
    {% for days in propensity_targets().values() %}
    union
    select {{ learning_date('as_of_date', days) }} as as_of_date from calibrated
    where is_of_policy
    {% endfor %}

),

with_added as (

    select
        as_of_date,
        as_of_date as known_at,
        periods_back,
        is_current,
        is_published,
        false as is_imagined,
        false as is_added
    from scored
    union all
    select
        cast({{ dbt.dateadd('day', 1, 'as_of_date') }} as date) as as_of_date,
        as_of_date as known_at,
        case when {{ is_period_end('as_of_date') }} then -1 else 0 end as periods_back,
        false as is_current,
        false as is_published,
        true as is_imagined,
        false as is_added
    from scored
    where is_current
    union all
    select
        as_of_date,
        as_of_date as known_at,
        cast(null as integer) as periods_back,
        false as is_current,
        false as is_published,
        false as is_imagined,
        as_of_date not in (select calibrated.as_of_date from calibrated) as is_added
    from added
    where
        as_of_date >= (select min(scored.first_order_date) from scored)
        and as_of_date not in (select scored.as_of_date from scored)

)

select
    scored.as_of_date,
    scored.known_at,
    scored.periods_back,
    scored.is_current,
    scored.is_published,
    scored.is_imagined,
    scored.is_added,
    earlier.as_of_date as previous_date
from with_added as scored
left join with_added as earlier
    on scored.periods_back = earlier.periods_back - 1 and scored.is_published = earlier.is_published
