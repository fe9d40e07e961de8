/* One row: a fingerprint of everything that is evaluated. What was measured before stands as long as it is
   the same, and no run asks for everything anew. */
{{ config(materialized='table') }}
select
    ({{ fingerprint(ref('evaluation_customers')) }})
    || '/' || ({{ fingerprint(ref('evaluation_outcomes')) }})
    || '/' || (
        select {{ listed('cast(dates.as_of_date as string)') }}
        from {{ ref('int_scoring_dates') }} as dates
        where dates.is_published
    ) as inputs,
    {{ 'true' if restates_everything() else 'false' }} as measures_everything
