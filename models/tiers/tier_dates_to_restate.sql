/* One row per scored date that takes part in this run, after the cut points of the tiers: for
   everyone, too, where a cut point moved, on the dates after such a one, whose tiers are compared
   with it, and where the date has another place among the published ones. */
-- depends_on: {{ ref('tier_parameters') }}
-- depends_on: {{ ref('tier_bands') }}
-- depends_on: {{ ref('int_scoring_dates') }}
{{ config(materialized='table') }}
{% if restates_everything() %}
select * from {{ ref('fit_dates_to_restate') }}
{% else %}
with

dates as (

    select * from {{ ref('int_scoring_dates') }}

),

moved as (

    {{ moved_parameters(ref('tier_parameters'), "method = 'composite'") }}

),

/* Dates that have another place among the published dates than in the last run. Their own rows are written
   anew; their tiers stay as they are, so later dates do not depend on it. */
replaced as (

    select dates.as_of_date
    from dates
    left join {{ audit_table('finished_dates') }} as finished on dates.as_of_date = finished.as_of_date
    where
        finished.as_of_date is null
        or dates.is_current <> finished.is_current
        or dates.is_published <> finished.is_published
        or dates.previous_date is distinct from (finished.previous_date)

),

for_everyone as (

    select as_of_date from {{ ref('fit_dates_to_restate') }}
    where for_everyone
    union
    select as_of_date from moved

),

/* Grace looks back on so many periods; changes of tier on one. */
reaches as (

    select 1 + max(cast(grace_periods as integer)) as periods
    from {{ ref('tier_bands') }}

),

followed as (

    select distinct later.as_of_date
    from dates as later
    inner join dates as earlier on later.periods_back <= earlier.periods_back
    inner join for_everyone on earlier.as_of_date = for_everyone.as_of_date
    cross join reaches
    where earlier.periods_back - later.periods_back <= reaches.periods

),

whole as (

    select as_of_date from followed
    union
    select as_of_date from replaced

)

select
    as_of_date,
    true as for_everyone
from whole
union all
select
    as_of_date,
    false as for_everyone
from {{ ref('fit_dates_to_restate') }}
where as_of_date not in (select whole.as_of_date from whole)
{% endif %}
