/* One row per business line, published date and method: whether it had been shown by then to be better than
   the simplest rival. From dates whose horizon had ended by then, and nothing later. */
select
    business_line,
    as_of_date,
    method,
    outcome as kind,
    status as skill,
    metric,
    horizon_days,
    rival,
    value,
    rival_value,
    difference,
    difference_low,
    difference_high,
    customers,
    dates
from {{ ref('evaluated_methods') }}
where topic = 'skill'
