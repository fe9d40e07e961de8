/* One row per business line, horizon, date (or all of them), method, outcome, metric and position: how well
   the method found what came, with its interval, and beside it the simplest rival. */
select
    business_line,
    horizon_days,
    as_of_date,
    is_pooled,
    method,
    outcome,
    metric,
    position,
    value,
    value_low,
    value_high,
    rival,
    rival_value,
    difference,
    difference_low,
    difference_high,
    customers,
    rows_judged,
    dates,
    sampled_share
from {{ ref('evaluated_methods') }}
where topic in ('metric', 'tenth', 'tier')
