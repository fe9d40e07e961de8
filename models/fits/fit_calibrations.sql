/* One row per scored date and business line, and one for all lines: the calibration date whose rules hold on
   it. It is the last one of the policy (`policies.calibration`) on or before the date. A line that had fewer
   than 100 buyers there learns at the end of each month, and one that had none there either on the date
   itself. Dates that are scored only to learn from them have none. */
{{ config(materialized='table') }}
{% set enough = 100 %}
with

scored as (

    select
        scored.as_of_date,
        /* What is imagined for the day after the current date teaches nothing. */
        case when scored.is_imagined then today.as_of_date else scored.as_of_date end as known_at
    from {{ ref('int_scoring_dates') }} as scored
    inner join {{ ref('int_scoring_dates') }} as today on today.is_current
    where not scored.is_added

),

dates as (

    select
        scored.as_of_date,
        scored.known_at,
        cast(policies.policy as string) as policy,
        {{ calibration_date('policies.calibration', 'scored.known_at') }} as of_policy,
        {{ calibration_date("'month'", 'scored.known_at') }} as of_month
    from scored
    cross join {{ ref('policies') }} as policies

),

lines as (

    select
        as_of_date,
        business_line,
        min(policy) as policy,
        count(case when purchase_day_count > 0 then 1 end) as buyers
    from {{ ref('int_customer_features') }}
    group by as_of_date, business_line

),

of_lines as (

    select
        lines.as_of_date,
        lines.business_line,
        dates.known_at,
        dates.of_policy,
        dates.of_month
    from lines
    inner join dates on lines.as_of_date = dates.as_of_date and lines.policy = dates.policy
    union all
    /* What is learned from all lines together is learned as often as any of them. */
    select
        as_of_date,
        'all' as business_line,
        known_at,
        max(of_policy) as of_policy,
        max(of_month) as of_month
    from dates
    group by as_of_date, known_at

),

buyers as (

    select
        as_of_date,
        business_line,
        buyers
    from lines
    union all
    select
        as_of_date,
        'all' as business_line,
        sum(buyers) as buyers
    from lines
    group by as_of_date

),

held as (

    select
        of_lines.as_of_date,
        of_lines.business_line,
        case
            {% if var('calibrates_today') -%}
            when of_lines.known_at = (select max(dates.known_at) from dates) then of_lines.known_at
            {% endif -%}
            when of_policy.buyers >= {{ enough }} then of_lines.of_policy
            when of_month.buyers > 0 then of_lines.of_month
            else of_lines.known_at
        end as calibrated_at,
        coalesce(of_policy.buyers >= {{ enough }}, false) as is_by_policy
    from of_lines
    left join buyers as of_policy
        on of_lines.of_policy = of_policy.as_of_date and of_lines.business_line = of_policy.business_line
    left join buyers as of_month
        on of_lines.of_month = of_month.as_of_date and of_lines.business_line = of_month.business_line

)

select
    as_of_date,
    business_line,
    calibrated_at,
    is_by_policy,
    {{ learning_date('calibrated_at', 30) }} as previous_date
from held
union
/* At a calibration date that is scored for nothing else holds what is learned there. */
select
    calibrated_at as as_of_date,
    business_line,
    calibrated_at,
    is_by_policy,
    {{ learning_date('calibrated_at', 30) }} as previous_date
from held
