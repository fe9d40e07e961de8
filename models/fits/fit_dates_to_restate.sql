/* One row per scored date that takes part in this run, after the fits: for everyone, too, where a
   parameter of the date that a stored table hangs on is another one than it was last compared with. */
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
