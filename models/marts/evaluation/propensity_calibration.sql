/* One row per business line, probability and tenth of what was predicted (and all together): how many were
   predicted, and how many came. */
select
    business_line,
    method as probability,
    horizon_days,
    position as tenth,
    status,
    predicted as predicted_share,
    value as actual_share,
    difference as bias,
    rows_judged,
    dates,
    as_of_date
from {{ ref('evaluated_methods') }}
where topic = 'probability'
