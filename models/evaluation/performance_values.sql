/* One row per customer who has a lifetime value at the current date. Earlier dates would cost a pass over all
   scores, and are left out. */
{{ config(materialized='view') }}
select
    measures.customer_id,
    measures.as_of_date,
    cast(measures.score_clv.lifetime_value as decimal(18, 4)) as lifetime_value -- noqa: RF01
from {{ ref('customer_measures') }} as measures
where measures.score_clv.lifetime_value is not null -- noqa: RF01
