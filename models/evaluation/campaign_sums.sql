/* One row per campaign, arm, grouping and group: sums that means, variances and covariances follow from. */
{{ config(materialized='table') }}
with

measured as (

    select
        *,
        case when has_visited then 1 else 0 end as visits,
        case when has_bought then 1 else 0 end as conversions
    from {{ ref('campaign_customers') }}

),

grouped as (

    {% for grouping, group_code in [
        ('all', "'all'"), ('tier', 'tier_code'), ('lifecycle', 'lifecycle_stage')
    ] %}
    {% if not loop.first %}union all{% endif %}

    select
        campaign_id,
        arm,
        '{{ grouping }}' as grouping_name,
        {{ group_code }} as group_code,
        min(first_day) as first_day,
        min(last_day) as last_day,
        count(*) as customers,
        sum(visits) as visits,
        sum(conversions) as conversions,
        sum(spend) as spend,
        /* Squares of amounts that have two decimals have four: exact, whatever the order of the rows. */
        sum(cast(spend * spend as decimal(38, 4))) as spend_squared,
        sum(earlier_spend) as earlier,
        sum(cast(earlier_spend * earlier_spend as decimal(38, 4))) as earlier_squared,
        sum(visits * earlier_spend) as visits_by_earlier,
        sum(conversions * earlier_spend) as conversions_by_earlier,
        sum(cast(spend * earlier_spend as decimal(38, 4))) as spend_by_earlier
    from measured
    {% if grouping != 'all' -%}
    where {{ group_code }} is not null
    {% endif -%}
    group by campaign_id, arm{% if grouping != 'all' %}, {{ group_code }}{% endif %}

    {% endfor %}

),

today as (

    select as_of_date
    from {{ ref('int_scoring_dates') }}
    where is_current

),

/* Without a single event nobody knows who visited. */
events as (

    select count(*) > 0 as has_events
    from {{ ref('int_events') }}
    where outcome = 'accepted'

),

campaigns as (

    select
        campaign_id,
        cost,
        control_share
    from {{ ref('int_campaigns') }}

)

select
    grouped.campaign_id,
    grouped.arm,
    grouped.grouping_name,
    grouped.group_code,
    grouped.first_day,
    grouped.last_day,
    cast(grouped.customers as bigint) as customers,
    {% for name in ['visits', 'conversions', 'spend', 'spend_squared', 'earlier', 'earlier_squared',
        'visits_by_earlier', 'conversions_by_earlier', 'spend_by_earlier'] %}
    cast(grouped.{{ name }} as double) as {{ name }},
    {% endfor %}
    campaigns.cost,
    campaigns.control_share,
    events.has_events,
    /* Until its last day is over, more may come. */
    grouped.last_day is not null and grouped.last_day <= today.as_of_date as is_over
from grouped
cross join today
cross join events
left join campaigns on grouped.campaign_id = campaigns.campaign_id
