/* One row per customer who has a lifetime value at the current date. Earlier dates would cost a pass over all
   scores, and are left out. */
{{ config(materialized='view') }}
select
    customer_id,
    as_of_date,
    cast(score_clv.lifetime_value as decimal(18, 4)) as lifetime_value
from {{ ref('customer_measures') }}
where score_clv.lifetime_value is not null
