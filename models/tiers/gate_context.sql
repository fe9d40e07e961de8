/* One row: what the gate must know of this build besides the candidate itself, and the bounds
   that it is judged by. */
-- depends_on: {{ ref('int_customer_identities') }}, {{ ref('int_account_members') }}
{{ config(schema='audit') }}
{% set builds = model_builds() if numbers_runs() else {} %}
{% set build_number = builds.get('customer_tier_candidate', {}).get('begun', 0) %}
{% set others = not_of_this_build(builds, build_number) %}
with

candidate as (

    select
        count(*) as candidate_customers,
        count(composite_score) as tiered_customers
    from {{ ref('customer_tier_candidate') }}

),

dates as (

    select as_of_date
    from {{ ref('int_scoring_dates') }}
    where is_current

),

/* Counted apart from everything that scored them. */
customers as (

    select count(*) as known_customers
    from {{ ref('int_customers') }} as customers
    inner join dates on customers.known_since <= dates.as_of_date

),

orders as (

    select max(order_date) as last_order_date
    from {{ ref('int_orders') }}
    where outcome = 'accepted' and amount >= 0

),

versions as (

    select {{ listed("cast(policy as string) || ' v' || cast(policy_version as string)") }} as policy_versions
    from {{ ref('policies') }}

),

bounds as (

    select
        {% for bound in gate_bound_names() %}
        max(case when bound = '{{ bound }}' then cast(value as double) end) as {{ bound }},
        {% endfor %}
        count(*) as bound_count
    from {{ ref('gate_bounds') }}

),

{{ told_last() }}

compared as (

    select
        '{{ invocation_id }}' as invocation_id,
        cast({{ build_number }} as bigint) as build_number,
        {{ dbt.string_literal(dbt.escape_single_quotes(others)) }} as not_of_this_build,
        dates.as_of_date,
        {{ run_date() }} as run_date,
        '{{ setting("reporting_currency") }}' as reporting_currency,
        /* A date before the last order answers a question: it must not pass for today's tiers. */
        dates.as_of_date < orders.last_order_date as is_of_the_past,
        {{ dbt.string_literal(dbt.escape_single_quotes(var('accept_jump_because') | trim)) }}
            as accept_jump_because,
        versions.policy_versions,
        cast(customers.known_customers as integer) as known_customers,
        cast(candidate.candidate_customers as integer) as candidate_customers,
        cast(candidate.tiered_customers as integer) as tiered_customers,
        cast(previous.previous_customers as integer) as previous_customers,
        cast(previous.customers_gone as integer) as customers_gone,
        cast(previous.customers_merged + parted.customers_split as integer) as customers_regrouped,
        cast(previous.customers_moved as integer) as customers_moved,
        coalesce(calibrations.accepted_at > previous.told_as_of, false) as is_calibration_accepted,
        cast(
            {{ dbt.datediff('orders.last_order_date', run_date(), 'day') }} as integer -- noqa: LT05
        ) as feed_age_days,
        {% for bound in gate_bound_names() %}
        bounds.{{ bound }},
        {% endfor %}
        ({{ fingerprint(ref('customer_tier_candidate')) }}) as candidate_fingerprint
    from dates
    cross join customers
    cross join candidate
    cross join orders
    cross join versions
    cross join bounds
    cross join previous
    cross join parted
    cross join calibrations

)

select
    *,
    /* The share of the customers told last of whom no record counts any more; null where they are a handful,
       and for a date of the past, which had fewer. */
    case
        when customers_gone >= 10 and not is_of_the_past
            then customers_gone / cast(previous_customers as double)
    end as customer_drop,
    /* The same of those who are now records of another customer, or were until then. */
    case
        when customers_regrouped >= 10 and not is_of_the_past and previous_customers > 0
            then customers_regrouped / cast(previous_customers as double)
    end as regrouped_share,
    /* And of those who have another tier. */
    case
        when previous_customers >= min_customers and not is_of_the_past
            then customers_moved / cast(previous_customers as double)
    end as moved_share
from compared
