/* One row per customer and published date on which an override of the CRM holds: the one that
   began last, and of two that began on one day the later record. */
{{ config(materialized='view') }}
with

valid as (

    select
        overrides.*,
        dates.as_of_date,
        row_number() over (
            partition by overrides.customer_id, dates.as_of_date
            order by overrides.valid_from desc, overrides.source_row desc
        ) as place
    from {{ ref('int_tier_overrides') }} as overrides
    inner join {{ ref('int_scoring_dates') }} as dates
        on overrides.valid_from <= dates.as_of_date and overrides.valid_until >= dates.as_of_date
    where overrides.outcome = 'accepted' and (dates.is_published or dates.is_imagined)

)

select
    customer_id,
    as_of_date,
    tier_code,
    reason,
    author,
    valid_until
from valid
where place = 1
