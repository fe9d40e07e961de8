/* One row per customer and build that told the business something new about their tier; appended
   to and never rewritten, so it answers "which tier did we show for this customer on 3 May, and by
   which policy?": the customer's last row until then. A row without a tier says that the customer
   is shown no more; no row stays of people who asked to be forgotten. A past as-of date answers a question
   and tells the business nothing. Where a customer became a record of another one, or was one until then,
   the row says of whom. */
{{ config(materialized='restated', meta={
    'appended_without': 'deletions', 'names_others_in': ['merged_into', 'split_from'],
}) }}
{%- set told_identities = load_relation(audit_table('told_identities')) if execute %}
with

build as (

    select
        as_of_date,
        invocation_id
    from {{ ref('gate_context') }}
    where not is_of_the_past

),

policies as (

    select
        cast(policy as string) as policy,
        cast(policy_version as string) as policy_version
    from {{ ref('policies') }}

),

shown as (

    select
        candidate.customer_id,
        candidate.business_line,
        candidate.policy,
        policies.policy_version,
        candidate.tier_code,
        candidate.raw_tier_code,
        candidate.composite_score,
        candidate.is_overridden
    from {{ ref('customer_tier_candidate') }} as candidate
    inner join policies on candidate.policy = policies.policy

),

told as (

    {% if execute and load_relation(this) %}
    select publications.*
    from {{ this }} as publications
    inner join (
        select
            customer_id,
            /* By number, and by the clock only what was told before runs had numbers. */
            coalesce(max_by(published_at, build_number), max(published_at)) as published_at
        from {{ this }}
        group by customer_id
    ) as last_rows
        on
            publications.customer_id = last_rows.customer_id
            and publications.published_at = last_rows.published_at
    where publications.customer_id not in (select ids.customer_id from {{ ref('int_forgotten_customers') }} as ids)
    {% else %}
    select
        *,
        cast(null as timestamp) as published_at
    from shown
    where 1 = 0
    {% endif %}

),

/* Whose each record is, or to which account it rolls up; and whose it was when tiers were last told. */
merged as (

    select
        record_id,
        customer_id
    from {{ ref('int_customer_identities') }}
    where record_id <> customer_id
    union all
    select
        customer_id as record_id,
        account_id as customer_id
    from {{ ref('int_account_members') }}

),

before as (

    select *
    from {{ told_identities or 'merged' }}
    where
        customer_id not in (select ids.customer_id from {{ ref('int_forgotten_customers') }} as ids)
        {{ 'and 1 = 0' if not told_identities }}

)

select
    coalesce(shown.customer_id, told.customer_id) as customer_id,
    timestamp '{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}' as published_at,
    build.as_of_date,
    shown.business_line,
    shown.policy,
    shown.policy_version,
    shown.tier_code,
    shown.raw_tier_code,
    shown.composite_score,
    shown.is_overridden,
    build.invocation_id,
    {{ run_number() }} as build_number,
    case when shown.tier_code is null then merged.customer_id end as merged_into,
    case when told.tier_code is null then before.customer_id end as split_from
from shown
full outer join told on shown.customer_id = told.customer_id
left join merged on told.customer_id = merged.record_id
left join before on shown.customer_id = before.record_id
cross join build
where
    shown.tier_code is distinct from (told.tier_code)
    or (
        shown.tier_code is not null
        and (
            shown.policy <> told.policy
            or shown.policy_version <> told.policy_version
            or shown.is_overridden <> told.is_overridden
        )
    )
