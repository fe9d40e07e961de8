/* One row per campaign, arm, grouping, group and outcome: those whom the campaign reached against those whom
   it left out, with intervals, and whether an effect is shown. */
with

effects as (

    select * from {{ ref('campaign_effects') }}

),

campaigns as (

    select
        campaign_id,
        campaign_name
    from {{ ref('int_campaigns') }}

)

select
    effects.campaign_id,
    campaigns.campaign_name,
    effects.arm,
    effects.grouping_name,
    effects.group_code,
    effects.outcome,
    effects.first_day,
    effects.last_day,
    effects.verdict,
    effects.balance,
    cast(effects.treated_customers as bigint) as treated_customers,
    cast(effects.control_customers as bigint) as control_customers,
    effects.treated_mean,
    effects.control_mean,
    effects.difference,
    effects.difference_low,
    effects.difference_high,
    effects.adjusted_difference,
    effects.adjusted_low,
    effects.adjusted_high,
    effects.detectable_difference,
    effects.p_value,
    effects.p_value_holm,
    effects.sizes_p_value,
    effects.earlier_spend_gap,
    cast(effects.cost as decimal(18, 4)) as cost,
    cast(effects.extra_revenue as decimal(18, 4)) as extra_revenue,
    cast(effects.extra_revenue_low as decimal(18, 4)) as extra_revenue_low,
    cast(effects.extra_revenue_high as decimal(18, 4)) as extra_revenue_high,
    cast(effects.net_return as decimal(18, 4)) as net_return
from effects
left join campaigns on effects.campaign_id = campaigns.campaign_id
