/* One row per scored date that takes part in this run: for everyone where it was not scored by the
   last finished run, else for the customers whose facts have changed, from the first date on at
   which a measure of one of them is another, and where something is learned now or no more. */
-- depends_on: {{ ref('int_changed_customers') }}
-- depends_on: {{ ref('int_features_in_scope') }}
{% if restates_everything() %}
select
    as_of_date,
    true as for_everyone
from {{ ref('int_scoring_dates') }}
{% else %}
{#- The table as the last run left it; it is rewritten by what is worked out here. -#}
{% set before = table_of('intermediate', 'int_customer_features') %}
with

dates as (

    select
        scored.as_of_date,
        coalesce(finished.is_imagined <> scored.is_imagined, true) as for_everyone,
        scored.is_added <> finished.is_added as is_learned_at_otherwise
    from {{ ref('int_scoring_dates') }} as scored
    left join {{ audit_table('finished_dates') }} as finished on scored.as_of_date = finished.as_of_date

),

changed as (

    select * from {{ ref('int_changed_customers') }}

),

{#- By name: the two need not have the same order of columns. -#}
{% set columns = adapter.get_columns_in_relation(before) | map(attribute='name') | sort | join(', ') %}
measures_now as (

    select
        features.customer_id,
        features.as_of_date,
        {{ row_hash('features') }} as row_hash
    from (select {{ columns }} from {{ ref('int_features_in_scope') }}) as features
    inner join changed on features.customer_id = changed.customer_id

),

measures_before as (

    select
        features.customer_id,
        features.as_of_date,
        {{ row_hash('features') }} as row_hash
    from (select {{ columns }} from {{ before }}) as features
    inner join changed on features.customer_id = changed.customer_id
    inner join dates on features.as_of_date = dates.as_of_date

),

first_changes as (

    select min(coalesce(now.as_of_date, before.as_of_date)) as as_of_date
    from measures_now as now
    full outer join measures_before as before
        on now.customer_id = before.customer_id and now.as_of_date = before.as_of_date
    where now.row_hash is distinct from (before.row_hash)

    union all

    /* When an override that is gone or another one now began is not known any more. */
    select min(dates.as_of_date) as as_of_date
    from dates
    where exists (select 1 from changed where changed.has_other_overrides)

)

select
    dates.as_of_date,
    dates.for_everyone
from dates
where
    dates.for_everyone
    or dates.is_learned_at_otherwise
    or dates.as_of_date >= (select min(first_changes.as_of_date) from first_changes)
{% endif %}
