/* One row per period, business line, grouping, group and version of the policy: what the customers who were
   in the group at the start of the period brought until its end. Retention, repurchase and churn are theirs:
   by the tier at the end, A would keep everybody and the lapsed nobody, whatever has happened. */
with

dates as (

    select * from {{ ref('int_scoring_dates') }}
    where is_published and previous_date is not null

),

policies as (

    select
        cast(policy as string) as policy,
        cast(policy_version as string) as policy_version
    from {{ ref('policies') }}

),

publications as (

    select
        *,
        lead(as_of_date) over (
            partition by customer_id
            order by build_number asc nulls first, published_at asc
        ) as told_until
    from {{ ref('tier_publications') }}

),

/* What each customer had been told last, by the start of the period. */
told as (

    select
        publications.*,
        dates.as_of_date as ends_at
    from publications
    inner join dates
        on
            publications.as_of_date <= dates.previous_date
            and coalesce(publications.told_until > dates.previous_date, true)
    where publications.tier_code is not null

),

sums as (

    select
        restated.*,
        policies.policy_version
    from {{ ref('performance_sums') }} as restated
    inner join policies on restated.policy = policies.policy

    union all

    select
        told.ends_at as as_of_date,
        told.business_line,
        told.policy,
        'published_tier' as grouping_name,
        told.tier_code as group_code,
        {{ performance_sums_of('customers') }},
        told.policy_version
    from told
    left join {{ ref('performance_customers') }} as customers
        on told.customer_id = customers.customer_id and told.ends_at = customers.as_of_date
    group by told.ends_at, told.business_line, told.policy, told.policy_version, told.tier_code

),

with_margin as (

    select
        *,
        /* As in int_customer_features: the margin rate of what has a cost, on all net revenue. */
        case
            when costed_revenue > 0
                then cast({{ round_double(
                    'cast(net_revenue as double) * cast(costed_margin as double)'
                    ~ ' / cast(costed_revenue as double)', 4
                ) }} as decimal(18, 4))
            when net_revenue = 0 and orders = 0 and sum(costed_revenue) over line > 0 then 0
        end as margin,
        sum(net_revenue) over line as line_revenue
    from sums
    window line as (partition by as_of_date, business_line, grouping_name)

)

{#- Each null where nobody could have done it. #}
{% set rates = {
    'revenue_share': 'net_revenue / line_revenue', 'repurchase_rate': 'repeat_buyers / buyers',
    'retention_rate': 'retained_customers / customers_before',
    'churn_rate': 'churned_customers / customers_to_churn',
    'mean_days_to_first_order': 'days_to_first_order / dated_first_orders',
    'mean_lifetime_value': 'lifetime_value / valued_customers',
    'renewal_rate': 'contracts_kept / contracts_at_start', 'net_promoter_score': '100 * nps_balance / nps_answers',
    'net_revenue_retention': 'recurring_at_end / recurring_at_start',
} %}
{% set counts = [
    'customers_at_end', 'orders', 'buyers', 'repeat_buyers', 'customers_before', 'retained_customers',
    'customers_to_churn', 'churned_customers', 'first_orders', 'nps_answers',
    'contracts_at_start', 'contracts_kept',
] %}
select
    sums.as_of_date,
    dates.previous_date,
    dates.is_current,
    {% for column in ['business_line', 'grouping_name', 'group_code', 'policy', 'policy_version'] %}
    sums.{{ column }},
    {% endfor %}
    cast(case when sums.group_code = 'entry' then 0 else sums.people end as bigint) as customers,
    {% for name in counts %}
    cast(sums.{{ name }} as bigint) as {{ name }},
    {% endfor %}
    {% for name, ratio in rates.items() %}
    {% set part, whole = ratio.split(' / ') %}
    {{ round_double('cast(' ~ part ~ ' as double) / nullif(cast(' ~ whole ~ ' as double), 0.0e0)', 6) }}
        as {{ name }},
    {% endfor %}
    cast(sums.net_revenue as decimal(18, 4)) as net_revenue,
    sums.margin,
    cast(sums.contact_cost as decimal(18, 4)) as contact_cost,
    cast(coalesce(sums.margin, sums.net_revenue) - sums.contact_cost as decimal(18, 4)) as net_return,
    case when sums.margin is null then 'revenue' else 'margin' end as return_of
from with_margin as sums
inner join dates on sums.as_of_date = dates.as_of_date
