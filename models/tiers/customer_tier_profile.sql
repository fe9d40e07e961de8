/* One row per business line and tier of the candidate: how many customers, of which value, and
   how that compares with the bands and with the last passed build. What the gate judges. */
{{ config(schema='audit') }}
{% set last_passed = adapter.get_relation(this.database, this.schema, 'passed_profiles') if execute %}
with

candidate as (

    select * from {{ ref('customer_tier_candidate') }} where composite_score is not null

),

tiers as (

    select
        cast(tier_code as string) as tier_code,
        cast(tier_rank as integer) as tier_rank
    from {{ ref('tiers') }}
    where tier_code <> 'P'

),

bands as (

    select
        cast(bands.policy as string) as policy,
        cast(bands.tier_code as string) as tier_code,
        case
            when policies.band_method = 'percentile'
                then (cast(bands.upper_bound as double) - cast(bands.lower_bound as double)) / 100
        end as band_share
    from {{ ref('tier_bands') }} as bands
    inner join {{ ref('policies') }} as policies on bands.policy = policies.policy

),

bounds as (

    select
        {% for bound in gate_bound_names() %}
        max(case when bound = '{{ bound }}' then cast(value as double) end) as {{ bound }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('gate_bounds') }}

),

lines as (

    select
        business_line,
        min(policy) as policy,
        count(*) as line_customers
    from candidate
    group by business_line

),

/* Equal scores stay together, so a share can miss its band by as much as the largest group of
   equal scores holds. */
ties as (

    select
        business_line,
        max(tied_customers) as tied_customers
    from (
        select
            business_line,
            count(*) as tied_customers
        from candidate
        group by business_line, composite_score
    ) as groups_of_equals
    group by business_line

),

counted as (

    select
        business_line,
        tier_code,
        count(*) as customers,
        avg(cast(net_revenue as double)) as mean_net_revenue
    from candidate
    group by business_line, tier_code

),

previous as (

    {% if last_passed %}
    select
        business_line,
        tier_code,
        customers,
        share,
        line_customers
    from {{ last_passed }}
    where passed_at = (select max(passed_at) from {{ last_passed }})
    {% else %}
    select
        cast(null as string) as business_line,
        cast(null as string) as tier_code,
        cast(null as integer) as customers,
        cast(null as double) as share,
        cast(null as integer) as line_customers
    where 1 = 0
    {% endif %}

)

select
    lines.business_line,
    tiers.tier_code,
    tiers.tier_rank,
    cast(lines.line_customers as integer) as line_customers,
    cast(coalesce(counted.customers, 0) as integer) as customers,
    coalesce(counted.customers, 0) / cast(lines.line_customers as double) as share,
    bands.band_share,
    ties.tied_customers / cast(lines.line_customers as double) as tied_share,
    round(counted.mean_net_revenue, 2) as mean_net_revenue,
    previous.share as previous_share,
    previous.line_customers as previous_line_customers,
    /* Below this, shares move by chance alone. */
    lines.line_customers >= bounds.min_customers as is_judged,
    bounds.*
from lines
cross join tiers
cross join bounds
inner join ties on lines.business_line = ties.business_line
left join counted on lines.business_line = counted.business_line and tiers.tier_code = counted.tier_code
left join bands on lines.policy = bands.policy and tiers.tier_code = bands.tier_code
left join previous on lines.business_line = previous.business_line and tiers.tier_code = previous.tier_code
