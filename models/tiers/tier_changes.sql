/* One row per customer and published date whose tier is not the one of the published date before:
   another one, the first one (an entry: no tier before) or none any more (an exit). */
{{ config(materialized='restated', meta={'rows_restated_by': 'tier_dates_to_restate'}) }}
with

dates as (

    select
        scored.as_of_date,
        scored.previous_date,
        restated.for_everyone
    from {{ ref('int_scoring_dates') }} as scored
    inner join {{ ref('tier_dates_to_restate') }} as restated on scored.as_of_date = restated.as_of_date
    where scored.is_published and scored.previous_date is not null

),

later as (

    select
        assigned.customer_id,
        assigned.as_of_date,
        assigned.business_line,
        assigned.tier_code
    from {{ to_restate(ref('tier_assigned'), 'tier_dates_to_restate') }} as assigned
    inner join dates on assigned.as_of_date = dates.as_of_date

),

earlier as (

    select
        assigned.customer_id,
        dates.as_of_date,
        assigned.business_line,
        assigned.tier_code
    from {{ ref('tier_assigned') }} as assigned
    inner join dates on assigned.as_of_date = dates.previous_date
    {% if not restates_everything() -%}
    where
        dates.for_everyone
        or assigned.customer_id in (select changed.customer_id from {{ ref('int_changed_customers') }} as changed)
    {%- endif %}

),

compared as (

    select
        coalesce(later.customer_id, earlier.customer_id) as customer_id,
        coalesce(later.as_of_date, earlier.as_of_date) as as_of_date,
        coalesce(later.business_line, earlier.business_line) as business_line,
        earlier.tier_code as from_tier_code,
        later.tier_code as to_tier_code
    from later
    full outer join earlier
        on later.customer_id = earlier.customer_id and later.as_of_date = earlier.as_of_date
    where earlier.tier_code is distinct from later.tier_code

)

select
    compared.customer_id,
    compared.as_of_date,
    dates.previous_date,
    compared.business_line,
    compared.from_tier_code,
    compared.to_tier_code
from compared
inner join dates on compared.as_of_date = dates.as_of_date
