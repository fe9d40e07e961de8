/* One row per date whose part of evaluation_customers this run works out: where a score, a composite or a
   tier can be another, where a horizon has become complete for the first time, and where a date is evaluated
   no more. A score may depend on any learned number, not only on those that stored tables depend on. */
-- depends_on: {{ ref('fit_parameters') }}
-- depends_on: {{ ref('int_scoring_dates') }}
-- depends_on: {{ ref('tier_dates_to_restate') }}
{{ config(materialized='table') }}
{% if restates_everything() %}
select distinct as_of_date
from {{ ref('evaluation_dates') }}
{% else %}
with

evaluated as (

    select distinct as_of_date from {{ ref('evaluation_dates') }}

),

moved as (

    {{ moved_parameters(ref('fit_parameters'), "method <> 'composite'") }}

),

/* The table as the last run left it; it is rewritten by what is worked out here. */
before as (

    select distinct as_of_date from {{ table_of('evaluation', 'evaluation_customers') }}

)

select evaluated.as_of_date
from evaluated
where
    evaluated.as_of_date in (select restated.as_of_date from {{ ref('tier_dates_to_restate') }} as restated)
    or evaluated.as_of_date in (select moved.as_of_date from moved)
    or evaluated.as_of_date not in (select before.as_of_date from before)
union
select before.as_of_date
from before
where before.as_of_date not in (select evaluated.as_of_date from evaluated)
{% endif %}
