/* One row per policy, set of weights (present, equal, fitted) and method: the weight, and how the set does on
   dates after those it was fitted on. Nothing applies it: see `make preview
   WEIGHTS=fitted`. */
select
    policy,
    weight_set,
    method,
    cast(weight as decimal(9, 4)) as weight,
    verdict,
    horizon_days,
    fitted_until,
    judged_from,
    judged_until,
    dates,
    customers,
    top_share,
    gini,
    difference,
    difference_low,
    difference_high
from {{ ref('proposed_weights') }}
