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
    as_of_date
from {{ ref('int_scoring_dates') }}
where as_of_date not in (select finished.as_of_date from {{ audit_table('finished_dates') }} as finished)
{% endif %}
