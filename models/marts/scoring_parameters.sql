/* One row per scored date, business line, method and parameter: every number that was learned
   from the data and that a score or a tier was compared with. */
-- What it was before is compared with what it is going to be.
-- depends_on: {{ ref('evaluation_dates_to_restate') }}
with

parameters as (

    select * from {{ ref('fit_parameters') }}
    union all
    select * from {{ ref('tier_parameters') }}

),

/* For the imagined date they are those of the current one. */
dates as (

    select as_of_date
    from {{ ref('int_scoring_dates') }}
    where not is_imagined

)

select
    parameters.as_of_date,
    parameters.business_line,
    parameters.method,
    parameters.parameter,
    calibrations.calibrated_at,
    cast(parameters.value as decimal(18, 6)) as value,
    parameters.customers
from parameters
inner join dates on parameters.as_of_date = dates.as_of_date
inner join {{ ref('fit_calibrations') }} as calibrations
    on
        parameters.as_of_date = calibrations.as_of_date
        and parameters.business_line = calibrations.business_line
