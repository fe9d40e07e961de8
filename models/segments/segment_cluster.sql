/* One row per customer and scored date: the k-means cluster, the one whose centroid is nearest in the scaled
   logarithms of the measures (Lloyd, "Least squares quantization in PCM", 1982); of two as near the one
   with the lower number. Cluster 1 is that of the highest net revenue; unclustered is who has bought at a
   date with too few customers to learn from. */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

/* One row per date and cluster, so that the distance is worked out on the customer's own row. */
centroids as (

    select
        {% for measure in cluster_measures() %}
        max(case when measure = '{{ measure }}' then centroid end) as {{ measure }}_centroid,
        max(case when measure = '{{ measure }}' then mean end) as {{ measure }}_mean,
        max(case when measure = '{{ measure }}' then scale end) as {{ measure }}_scale,
        {% endfor %}
        as_of_date,
        cluster
    from {{ ref('fit_clusters') }}
    group by as_of_date, cluster

),

distances as (

    select
        features.customer_id,
        features.as_of_date,
        centroids.cluster,
        {{ round_double(cluster_distance('features', 'centroids'), 9) }} as distance
    from features
    inner join centroids on features.as_of_date = centroids.as_of_date
    where features.purchase_day_count > 0

),

ranked as (

    select
        customer_id,
        as_of_date,
        cluster,
        row_number() over (partition by customer_id, as_of_date order by distance, cluster) as place
    from distances

)

select
    features.customer_id,
    features.as_of_date,
    case
        when features.purchase_day_count = 0 then 'prospect'
        else coalesce('cluster_' || cast(ranked.cluster as string), 'unclustered')
    end as segment
from features
left join ranked
    on
        features.customer_id = ranked.customer_id
        and features.as_of_date = ranked.as_of_date
        and ranked.place = 1
