/* One row per scored date and business line with buyers: from how many usual intervals of silence its
   customers have not come back, the smallest of a few from which at most `max_return_share` did within 90
   days, by the upper limit (95 %, one-sided; Wilson 1927, Journal of the American Statistical Association 22)
   over the past year, and in the same season of the year before by the share itself, where a tenth of the
   silences are of it: a base that was young then shows no season. */
{{ config(materialized='calibrated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
{% set ratios = [3, 4, 5, 6, 8, 10, 15, 20, 30, 50] %}
{% set z = 1.645 %}
with

silences as (

    select * from {{ of_calibrations(ref('fit_silences'), 'int_dates_to_restate') }}

),

thresholds as (

    select
        cast(policy as string) as policy,
        cast(dormant_ratio as double) as dormant_ratio,
        cast(max_return_share as double) as max_return_share
    from {{ ref('lifecycle_thresholds') }}

),

reached as (

    select
        silences.as_of_date,
        silences.business_line,
        silences.has_come_back,
        silences.days_ago = 365 as is_of_season,
        thresholds.max_return_share,
        case
            {% for ratio in ratios | reverse %}
            when silences.overdue_ratio >= {{ ratio }} and {{ ratio }} > thresholds.dormant_ratio
                then {{ ratio }}
            {% endfor %}
        end as ratio
    from silences
    inner join thresholds on silences.policy = thresholds.policy

),

by_ratio as (

    select
        as_of_date,
        business_line,
        ratio,
        max(max_return_share) as max_return_share,
        count(*) as silent,
        count(case when has_come_back then 1 end) as came_back,
        count(case when is_of_season then 1 end) as silent_in_season,
        count(case when is_of_season and has_come_back then 1 end) as came_back_in_season
    from reached
    group by as_of_date, business_line, ratio

),

/* Customers who were silent for ten intervals were so for eight as well. */
so_far as (

    select
        as_of_date,
        business_line,
        max_return_share,
        ratio,
        sum(silent) over from_here as silent,
        sum(came_back) over from_here as came_back,
        sum(silent_in_season) over from_here as silent_in_season,
        sum(came_back_in_season) over from_here as came_back_in_season
    from by_ratio
    window from_here as (partition by as_of_date, business_line order by coalesce(ratio, 0) desc)

),

limits as (

    select
        *,
        ratio is not null
        and (
            1.0 * came_back / silent + {{ z * z / 2 }} / silent
            + {{ z }} * sqrt(
                1.0 * came_back / silent * (1 - 1.0 * came_back / silent) / silent
                + {{ z * z / 4 }} / silent / silent
            )
        ) / (1 + {{ z * z }} / silent) <= max_return_share
        and (
            silent_in_season < 30
            or silent_in_season < 0.1 * silent
            or came_back_in_season <= max_return_share * silent_in_season
        ) as holds
    from so_far

),

learned as (

    select
        as_of_date,
        business_line,
        min(case when holds then ratio end) as churned_ratio
    from limits
    group by as_of_date, business_line

)

select
    learned.as_of_date,
    learned.business_line,
    cast(learned.churned_ratio as double) as churned_ratio,
    cast(coalesce(limits.silent, 0) as integer) as customers,
    {{ round_double('1.0 * limits.came_back / limits.silent', 4) }} as return_share
from learned
left join limits
    on
        learned.as_of_date = limits.as_of_date
        and learned.business_line = limits.business_line
        and learned.churned_ratio = limits.ratio
