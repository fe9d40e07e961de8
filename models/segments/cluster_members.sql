/* One row per customer at the current date of the sample that clusters are learned from: the cluster, and the
   measures in their own units, for the tree that explains clusters in plain rules. */
-- depends_on: {{ ref('int_scoring_dates') }}
{{ config(materialized='table') }}
select
    {% for measure in cluster_measures() %}
    cast(features.{{ measure }} as double) as {{ measure }},
    {% endfor %}
    clusters.customer_id,
    features.business_line,
    clusters.segment
from {{ at_current_date('segment_cluster') }} as clusters
inner join {{ at_current_date('int_customer_features') }} as features
    on clusters.customer_id = features.customer_id
inner join {{ at_current_date('fit_cluster_sample') }} as sampled
    on clusters.customer_id = sampled.customer_id
where clusters.segment <> 'unclustered'
