/* One row per business line and k-means cluster at the current date, and one for prospects, and one for
   customers who could not be clustered: how many customers, revenue, average measures, the rule that tells
   it apart. */
-- depends_on: {{ ref('int_scoring_dates') }}
with

clustered as (

    select
        clusters.customer_id,
        clusters.as_of_date,
        features.business_line,
        clusters.segment as cluster,
        features.recency_days,
        features.order_count,
        features.net_revenue,
        features.engagement_points
    from {{ at_current_date('segment_cluster') }} as clusters
    inner join {{ at_current_date('int_customer_features') }} as features
        on clusters.customer_id = features.customer_id

),

counted as (

    select
        business_line,
        cluster,
        as_of_date,
        count(*) as customers,
        {% for measure in ['recency_days', 'order_count', 'net_revenue', 'engagement_points'] %}
        {{ round_double('cast(sum(' ~ measure ~ ') as double) / nullif(count(' ~ measure ~ '), 0)', 2) }}
            as mean_{{ measure }},
        {% endfor %}
        cast(sum(net_revenue) as decimal(18, 4)) as net_revenue
    from clustered
    group by business_line, cluster, as_of_date

),

totals as (

    select
        business_line,
        sum(customers) as customers,
        sum(net_revenue) as net_revenue
    from counted
    group by business_line

),

labels as (

    select
        cast(segment as string) as cluster,
        cast(name_en as string) as name_en,
        cast(name_zh as string) as name_zh
    from {{ ref('segment_labels') }}
    where method = 'cluster'

)

select
    counted.business_line,
    counted.cluster,
    counted.as_of_date,
    coalesce(names.name_en, labels.name_en) as name_en,
    coalesce(names.name_zh, labels.name_zh) as name_zh,
    counted.customers,
    {{ round_double('counted.customers / cast(totals.customers as double)', 4) }} as customer_share,
    counted.net_revenue,
    {{ round_double(
        'cast(counted.net_revenue as double) / nullif(cast(totals.net_revenue as double), 0)', 4
    ) }} as revenue_share,
    counted.mean_recency_days,
    counted.mean_order_count,
    counted.mean_net_revenue,
    counted.mean_engagement_points,
    rules.rule,
    rules.rule_share,
    rules.rule_purity
from counted
inner join totals on counted.business_line = totals.business_line
left join labels on counted.cluster = labels.cluster
left join {{ ref('cluster_names') }} as names
    on counted.business_line = names.business_line and counted.cluster = names.cluster
left join {{ ref('cluster_rules') }} as rules
    on counted.business_line = rules.business_line and counted.cluster = rules.cluster
