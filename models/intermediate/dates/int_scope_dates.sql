/* One row per scope and scored date that is worked out for the customers of that scope: `all` dates
   for those whose facts have changed, the `new` ones for the others. Where a run works out
   everything, all customers are in the first. */
{{ config(materialized='view') }}
select
    'all' as scope,
    as_of_date
from {{ ref('int_scoring_dates') }}
{% if not restates_everything() %}
union all
select
    'new' as scope,
    scored.as_of_date
from {{ ref('int_scoring_dates') }} as scored
/* What was imagined for a date was not scored. */
where not exists (
    select 1 from {{ audit_table('finished_dates') }} as finished
    where finished.as_of_date = scored.as_of_date and finished.is_imagined = scored.is_imagined
)
{% endif %}
