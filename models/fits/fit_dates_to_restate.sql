/* One row per scored date that takes part in this run, after the fits. A date is also worked out for
   everyone if a stored table depends on one of its parameters and that has changed since the last run. */
-- depends_on: {{ ref('fit_parameters') }}
-- depends_on: {{ ref('int_scoring_dates') }}
{% if restates_everything() %}
select * from {{ ref('int_dates_to_restate') }}
{% else %}
with

moved as (

    {{ moved_parameters(ref('fit_parameters'), "method in ('" ~ stored_methods() | join("', '") ~ "')") }}

)

select
    as_of_date,
    for_everyone
from {{ ref('int_dates_to_restate') }}
where as_of_date not in (select moved.as_of_date from moved)
union
select
    as_of_date,
    true as for_everyone
from moved
{% endif %}
