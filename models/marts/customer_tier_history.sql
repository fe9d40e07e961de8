/* One row per customer and published date: the tier as the facts known today and the rules of
   today give it (restated). What was told at the time is in tier_publications. */
{{ config(materialized='restated', meta={'rows_restated_by': 'tier_dates_to_restate'}) }}
with

dates as (

    select * from {{ ref('int_scoring_dates') }}
    where is_published

),

policies as (

    select
        cast(policy as string) as policy,
        cast(policy_version as string) as policy_version
    from {{ ref('policies') }}

)

select
    assigned.customer_id,
    assigned.as_of_date,
    dates.is_current,
    assigned.business_line,
    assigned.policy,
    policies.policy_version,
    assigned.tier_code,
    assigned.raw_tier_code,
    /* Customers who did not change have no row among the changes. */
    case
        when changes.customer_id is not null then changes.from_tier_code
        when dates.previous_date is not null then assigned.tier_code
    end as previous_tier_code,
    assigned.composite_score,
    assigned.lifecycle_stage,
    assigned.guardrail_code,
    assigned.is_in_grace,
    assigned.is_overridden,
    features.order_count,
    features.net_revenue
from {{ to_restate(ref('tier_assigned'), 'tier_dates_to_restate') }} as assigned
inner join dates on assigned.as_of_date = dates.as_of_date
inner join policies on assigned.policy = policies.policy
inner join {{ to_restate(ref('int_customer_features'), 'tier_dates_to_restate') }} as features
    on
        assigned.customer_id = features.customer_id
        and assigned.as_of_date = features.as_of_date
left join {{ to_restate(ref('tier_changes'), 'tier_dates_to_restate') }} as changes
    on
        assigned.customer_id = changes.customer_id
        and assigned.as_of_date = changes.as_of_date
