/* One row per customer and scored date of the customer's scope with a sales opportunity until then: what is
   open, weighted by the probability of its stage (seed opportunity_stages), the largest that was talked about
   in the look-back window, and how long those that were won in it took. Which stage an opportunity had on a
   past date is not known: one that was closed later counts with the mean of the open stages, one that is open
   today with its stage of today. */
{% set window_end = dbt.dateadd('day', var('lookback_days') | int, 'opportunities.closed_date') %}
{% set recent_until = dbt.dateadd(
    'day', var('lookback_days') | int, 'coalesce(opportunities.closed_date, dates.as_of_date)'
) %}
with

opportunities as (

    select *
    from {{ ref('int_opportunities') }}
    where outcome = 'accepted'

),

open_stages as (

    select avg(cast(probability as double)) as mean_probability
    from {{ ref('opportunity_stages') }}
    where stage_kind = 'open'

),

dated as (

    select
        opportunities.customer_id,
        dates.as_of_date,
        coalesce(opportunities.closed_date > dates.as_of_date, true) as is_open,
        opportunities.amount,
        case when dates.as_of_date < {{ recent_until }} then opportunities.amount end as recent_amount, -- noqa: LT05
        case
            when opportunities.stage_kind = 'open' then cast(opportunities.probability as double)
            else open_stages.mean_probability
        end as probability,
        1 + length(opportunities.contact_roles) - length(replace(opportunities.contact_roles, '|', ''))
            as contact_roles,
        case
            when
                dates.as_of_date < {{ window_end }} -- noqa: LT05
                then opportunities.cycle_days
        end as cycle_days
    from opportunities
    {{ facts_in_window('opportunities', 'dates', 'created_date', looks_back=0) }}
    cross join open_stages

),

/* Doubles are rounded before they are added: sums of them would depend on the order of rows. */
weighted as (

    select
        *,
        cast({{ round_double('cast(amount as double) * probability', 4) }} as decimal(18, 4))
            as weighted_amount
    from dated

)

select
    customer_id,
    as_of_date,
    cast(coalesce(sum(case when is_open then amount end), 0) as decimal(18, 4)) as open_pipeline,
    cast(coalesce(sum(case when is_open then weighted_amount end), 0) as decimal(18, 4)) as weighted_pipeline,
    cast(max(recent_amount) as decimal(18, 4)) as largest_opportunity,
    cast(max(case when is_open then contact_roles end) as integer) as decision_role_count,
    {{ round_double(
        'cast(sum(case when not is_open then cycle_days end) as double)'
        ~ ' / nullif(count(case when not is_open then cycle_days end), 0)', 1
    ) }} as sales_cycle_days
from weighted
group by customer_id, as_of_date
