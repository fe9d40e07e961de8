/* One row per business line, predicted value and tenth of what was predicted (and all together): the mean
   that was predicted, the mean that came, and how often what came lay within the predicted range. */
select
    business_line,
    method as predicted_value,
    horizon_days,
    position as tenth,
    status,
    predicted as predicted_mean,
    value as actual_mean,
    difference as bias,
    covered as covered_share,
    rows_judged,
    dates,
    as_of_date
from {{ ref('evaluated_methods') }}
where topic = 'value'
