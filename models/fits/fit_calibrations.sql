/* One row per scored date and business line, and one for all lines: the calibration date whose rules hold on
   it. It is the last one of the policy (`policies.calibration`) on or before the date. A line that had fewer
   than 100 buyers there learns at the end of each month, and one that had none there either on the date
   itself. Dates that are scored only to learn from them have none. */
{{ config(materialized='table') }}
{% set enough = 100 %}
with

dates as (

    select
        scored.as_of_date,
        /* What is imagined for the day after the current date teaches nothing. */
        scored.known_at,
        cast(policies.policy as string) as policy,
        {{ calibration_date('policies.calibration', 'scored.known_at') }} as of_policy,
        {{ calibration_date("'month'", 'scored.known_at') }} as of_month
    from {{ ref('int_scoring_dates') }} as scored
    cross join {{ ref('policies') }} as policies
    where not scored.is_added

),

of_each as (

    select
        as_of_date,
        business_line,
        min(policy) as policy,
        count(case when purchase_day_count > 0 then 1 end) as buyers
    from {{ ref('int_customer_features') }}
    group by as_of_date, business_line

),

lines as (

    select * from of_each
    union all
    select
        as_of_date,
        'all' as business_line,
        cast(null as string) as policy,
        sum(buyers) as buyers
    from of_each
    group by as_of_date

),

/* What is learned from all lines together is learned as often as any of them. */
of_lines as (

    select
        lines.as_of_date,
        lines.business_line,
        lines.buyers,
        dates.known_at,
        max(dates.of_policy) as of_policy,
        max(dates.of_month) as of_month
    from lines
    inner join dates
        on lines.as_of_date = dates.as_of_date and coalesce(lines.policy, dates.policy) = dates.policy
    group by lines.as_of_date, lines.business_line, lines.buyers, dates.known_at

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
            /* Nothing is to be learned of a line that has no buyers yet. */
            when of_month.buyers > 0 or (of_month.buyers = 0 and of_lines.buyers = 0) then of_lines.of_month
            else of_lines.known_at
        end as calibrated_at,
        coalesce(of_policy.buyers >= {{ enough }}, false) as is_by_policy
    from of_lines
    left join lines as of_policy
        on of_lines.of_policy = of_policy.as_of_date and of_lines.business_line = of_policy.business_line
    left join lines as of_month
        on of_lines.of_month = of_month.as_of_date and of_lines.business_line = of_month.business_line

)

select
    as_of_date,
    business_line,
    calibrated_at,
    is_by_policy,
    {{ learning_date('calibrated_at', 30) }} as previous_date
from held
