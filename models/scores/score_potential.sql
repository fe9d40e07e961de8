/* One row per customer and scored date: what the customer could still bring. Companies: size and industry
   by a seed, the open pipeline weighted by stage, the largest amount talked about (budget), how many roles of
   the decision the opportunities reach, and how fast deals were won (the opportunity and account criteria of
   CRM products). People: headroom, the
   share of what customers who like the same and order as often spend that this one does not (see
   fit_peer_revenue). A component without data leaves its weight to the others; component_weights says per
   policy which of them count. */
{% set components = ['size', 'industry', 'pipeline', 'budget', 'decision', 'cycle', 'headroom'] %}
with

features as (

    select * from {{ ref('int_customer_features') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

points as (

    select
        cast(attribute as string) as attribute,
        lower(cast(value as string)) as value,
        cast(points as double) as points
    from {{ ref('potential_points') }}

),

cut_points as (

    {{ cut_points_of(['weighted_pipeline', 'largest_opportunity']) }}

),

peers as (

    select * from {{ ref('fit_peer_revenue') }}

),

settings as (

    {{ method_settings('potential', ['decision_roles', 'fast_cycle_days', 'slow_cycle_days']) }}

),

weights as (

    {{ component_weights('potential', components) }}

),

compared as (

    select
        features.customer_id,
        features.as_of_date,
        features.policy,
        features.open_pipeline,
        features.weighted_pipeline,
        features.largest_opportunity,
        features.decision_role_count,
        features.sales_cycle_days,
        sizes.points as size_score,
        industries.points as industry_score,
        {{ round_double(share_score('features.weighted_pipeline', cut_columns('weighted_pipeline')), 2) }}
            as pipeline_score,
        {{ round_double(share_score('features.largest_opportunity', cut_columns('largest_opportunity')), 2) }}
            as budget_score,
        {{ line_score('features.decision_role_count', '0', 'settings.decision_roles') }} as decision_score,
        {{ line_score('features.sales_cycle_days', 'settings.slow_cycle_days', 'settings.fast_cycle_days') }}
            as cycle_score,
        coalesce(alike.peer_revenue, all_peers.peer_revenue) as peer_revenue,
        features.net_revenue
    from features
    inner join customers on features.customer_id = customers.customer_id
    left join points as sizes
        on sizes.attribute = 'company_size' and lower(customers.company_size) = sizes.value
    left join points as industries
        on industries.attribute = 'industry' and lower(customers.industry) = industries.value
    left join cut_points
        on features.as_of_date = cut_points.as_of_date and features.business_line = cut_points.business_line
    left join peers as alike
        on
            features.as_of_date = alike.as_of_date
            and features.business_line = alike.business_line
            and features.favourite_category = alike.category and least(features.order_count, 4) = alike.orders
    left join peers as all_peers
        on
            features.as_of_date = all_peers.as_of_date
            and features.business_line = all_peers.business_line
            and all_peers.category is null and least(features.order_count, 4) = all_peers.orders
    left join settings on features.policy = settings.policy

),

scored as (

    select
        *,
        case
            when peer_revenue is not null
                then cast(greatest(peer_revenue - net_revenue, 0) as decimal(18, 4))
        end as headroom,
        {{ line_score('net_revenue', 'nullif(peer_revenue, 0)', '0') }} as headroom_score
    from compared

)

select
    scored.customer_id,
    scored.as_of_date,
    scored.open_pipeline,
    scored.weighted_pipeline,
    scored.largest_opportunity,
    scored.decision_role_count,
    scored.sales_cycle_days,
    scored.peer_revenue,
    scored.headroom,
    {% for component in components %}
    scored.{{ component }}_score,
    {% endfor %}
    {{ weighted_mean('scored', 'weights', components) }} as score
from scored
left join weights on scored.policy = weights.policy
