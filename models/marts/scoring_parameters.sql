/* One row per scored date, business line, method and parameter: every number that was learned
   from the data and that a score or a tier was compared with. */
-- What it was before is compared with what it is going to be.
-- depends_on: {{ ref('evaluation_dates_to_restate') }}
with

parameters as (

    select * from {{ ref('fit_parameters') }}
    union all
    select * from {{ ref('tier_parameters') }}

)

select
    as_of_date,
    business_line,
    method,
    parameter,
    cast(value as decimal(18, 6)) as value,
    customers
from parameters
