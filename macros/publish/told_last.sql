{% macro told_last() -%}
    {#- CTEs of gate_context, which must be as fresh as it is: `previous`, the customers who were told last,
        as of when, and how many of them are gone, are now of another one, or have another tier; `parted`, how many
        have become several; and `calibrations`. -#}
previous as (

    {# What was told last: by ids, as other ids are other customers, however many they are. -#}
    {% set told = load_relation(table_of('marts', 'tier_publications')) if execute -%}
    {% if told -%}
    select
        count(*) as previous_customers,
        count(case when candidates.customer_id is null and moved.record_id is null then 1 end) as customers_gone,
        count(moved.record_id) as customers_merged,
        count(case when candidates.tier_code <> shown.tier_code then 1 end) as customers_moved,
        max(shown.as_of_date) as told_as_of
    from (
        select
            customer_id,
            max(as_of_date) as as_of_date,
            max_by(coalesce(tier_code, ''), coalesce(build_number, 0)) as tier_code
        from {{ told }}
        where customer_id not in ({{ forgotten_customers() }})
        group by customer_id
    ) as shown
    left join {{ ref('customer_tier_candidate') }} as candidates on shown.customer_id = candidates.customer_id
    left join (
        select record_id from {{ ref('int_customer_identities') }}
        where record_id <> customer_id
        union all
        select customer_id as record_id from {{ ref('int_account_members') }}
    ) as moved on shown.customer_id = moved.record_id
    where shown.tier_code <> ''
    {%- else -%}
    select
        cast(null as bigint) as previous_customers,
        cast(null as bigint) as customers_gone,
        cast(null as bigint) as customers_merged,
        cast(null as bigint) as customers_moved,
        cast(null as date) as told_as_of
    {%- endif %}

),

/* Customers who were records of another one, or members of an account, when tiers were last told. */
parted as (

    {% set told_identities = load_relation(audit_table('told_identities')) if execute -%}
    {% if told_identities -%}
    select count(*) as customers_split
    from {{ ref('customer_tier_candidate') }} as candidates
    inner join {{ told_identities }} as before
        on candidates.customer_id = before.record_id
    {%- else -%}
    select cast(0 as bigint) as customers_split
    {%- endif %}

),

/* Rules that were learned anew since, and what of it was accepted beforehand. */
calibrations as (

    select max(cast(accepted.calibration_date as date)) as accepted_at
    from {{ ref('accepted_calibrations') }} as accepted
    inner join {{ ref('fit_calibrations') }} as learned
        on cast(accepted.calibration_date as date) = learned.calibrated_at
            and learned.business_line = 'all'
    inner join dates on learned.as_of_date = dates.as_of_date

),
{%- endmacro %}
