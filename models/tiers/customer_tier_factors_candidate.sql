/* One row per customer at the current date and method that had something to say: the long form
   of the candidate, in which a score explains itself. */
{{ config(schema='audit', materialized='view') }}
{% for method in weighted_methods() %}
select
    customer_id,
    as_of_date,
    '{{ method }}' as factor,
    {{ method }}_score as score,
    {{ method }}_weight as weight,
    {{ method }}_points as points
from {{ ref('customer_tier_candidate') }}
where {{ method }}_points is not null
{{ 'union all' if not loop.last }}
{% endfor %}
