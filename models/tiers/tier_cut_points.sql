/* One row per scored date, business line and tier: the composite score from which the tier starts. By
   percentile, it is that percentile of the composites of those who are still customers of the line at the
   date, in whole points where that moves few, so that it reads like a rule; by score, it is the bound. */
{{ config(materialized='calibrated', meta={'dates_restated_by': 'fit_dates_to_restate'}) }}
with

composites as (

    select *
    from {{ of_calibrations(ref('tier_composite'), 'fit_dates_to_restate') }}
    where composite_score is not null and lifecycle_stage <> 'churned'

),

bands as (

    select
        cast(policy as string) as policy,
        cast(tier_code as string) as tier_code,
        cast(lower_bound as integer) as lower_bound
    from {{ ref('tier_bands') }}

),

distributions as (

    select
        as_of_date,
        business_line,
        min(policy) as policy,
        count(*) as customers,
        {% set per_cent = [] %}
        {% for n in range(1, 100) %}{% do per_cent.append(n / 100) %}{% endfor %}
        {{ percentiles('composite_score', per_cent) }} as percentiles
    from composites
    group by as_of_date, business_line

),

starts as (

    select
        {% for side, step in {'below': '- 1', 'above': '+ 1'}.items() %}
        {% set item = array_item('distributions.percentiles', 'bands.lower_bound ' ~ step) %}
        case when bands.lower_bound {{ step }} between 1 and 99 then cast({{ item }} as double) end
            as {{ side }},
        {% endfor %}
        distributions.as_of_date,
        distributions.business_line,
        distributions.policy,
        bands.tier_code,
        cast(tiers.tier_rank as integer) as tier_rank,
        cast(distributions.customers as integer) as customers,
        cast(policies.band_method as string) as band_method,
        bands.lower_bound,
        case
            when bands.lower_bound = 0 then cast(0 as double)
            else cast({{ array_item('distributions.percentiles', 'bands.lower_bound') }} as double)
        end as percentile
    from distributions
    inner join {{ ref('policies') }} as policies on distributions.policy = cast(policies.policy as string)
    inner join bands on distributions.policy = bands.policy
    inner join {{ ref('tiers') }} as tiers on bands.tier_code = cast(tiers.tier_code as string)

),

tier_starts as (

    select
        *,
        case
            when lower_bound = 0 then cast(0 as decimal(18, 4))
            when band_method <> 'percentile' then cast(lower_bound as decimal(18, 4))
            /* Equal scores stay together: where they lie on both sides of the edge, in the worse tier. */
            when {{ round_double('below', 6) }} = {{ round_double('percentile', 6) }}
                then cast(percentile as decimal(18, 4)) + cast(0.0001 as decimal(18, 4))
            /* As round as moves half a customer in a hundred at most, so that a band is off by one: a whole
               point, a half, a tenth. */
            {% for parts in [1, 2, 10] %}
            {% set start = round_double(round_double('percentile * ' ~ parts, 6), 0) ~ ' / ' ~ parts %}
            when {{ start }} > (below + percentile) / 2 and {{ start }} < (percentile + above) / 2
                then cast({{ start }} as decimal(18, 4))
            {% endfor %}
            else cast({{ round_double('percentile', 2) }} as decimal(18, 4))
        end as lower_score
    from starts

),

/* Rounding puts no tier below a worse one. */
ordered as (

    select
        *,
        max(lower_score) over (
            partition by as_of_date, business_line order by tier_rank desc
            rows between unbounded preceding and current row
        ) as from_score
    from tier_starts

),

/* No two tiers start at one score: the better one starts a step above. */
untied as (

    select
        as_of_date,
        business_line,
        policy,
        tier_code,
        tier_rank,
        customers,
        cast(
            from_score + cast(0.0001 as decimal(18, 4)) * (
                row_number() over (
                    partition by as_of_date, business_line, from_score order by tier_rank desc
                ) - 1
            ) as decimal(18, 4)
        ) as lower_score
    from ordered

)

select
    *,
    lag(tier_code) over (partition by as_of_date, business_line order by tier_rank) as next_tier_code,
    lag(lower_score) over (partition by as_of_date, business_line order by tier_rank) as next_lower_score
from untied
