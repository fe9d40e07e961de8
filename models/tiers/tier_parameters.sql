/* One row per scored date, business line and tier: its cut point, as a parameter like the others. */
{{ config(materialized='view') }}
select
    as_of_date,
    business_line,
    'composite' as method,
    'tier_' || lower(tier_code) || '_from' as parameter,
    lower_score as value,
    customers
from {{ ref('tier_cut_points') }}
