/* One row per business line, closed date and tier: how many customers were expected in it a period before, if
   what had moved customers until then did so once more, and how many came; and the next date, of which nobody
   knows yet. That one is forecast where the forecasts of the past were nearer than "nothing changes". */
select
    business_line,
    forecast_date,
    customers is null as is_next,
    tier_code,
    verdict,
    periods,
    mean_matrix_error,
    mean_unchanged_error,
    matrix_error,
    unchanged_error,
    unchanged_customers,
    expected_customers,
    customers
from {{ ref('tier_forecasts') }}
