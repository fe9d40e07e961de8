/* One row per customer and scored date: the k-means cluster, the one whose centroid is nearest in the
   scaled logarithms of the measures (Lloyd, "Least squares quantization in PCM", 1982); of two as near the
   one with the lower number. Each business line has its own; cluster 1 is that of the highest net revenue;
   unclustered are buyers at a date with too few customers to learn from. */
{% set clusters = range(1, 9) %}
{% set distances = [] %}
{% for cluster in clusters %}{% do distances.append('distance_' ~ cluster) %}{% endfor %}
with

features as (

    select * from {{ ref('int_customer_features') }}

),

/* One row per date and line: the distances are worked out, and compared, on the customer's own row. */
centroids as (

    select
        {% for measure in cluster_measures() %}
        max(case when measure = '{{ measure }}' then mean end) as {{ measure }}_mean,
        max(case when measure = '{{ measure }}' then scale end) as {{ measure }}_scale,
        {% for cluster in clusters %}
        max(case when measure = '{{ measure }}' and cluster = {{ cluster }} then centroid end)
            as {{ measure }}_{{ cluster }},
        {% endfor %}
        {% endfor %}
        as_of_date,
        business_line
    from {{ ref('fit_clusters') }}
    group by as_of_date, business_line

),

scaled as (

    select
        {% for measure in cluster_measures() %}
        ({{ log_measure('features.' ~ measure) }} - centroids.{{ measure }}_mean)
        / centroids.{{ measure }}_scale as {{ measure }},
        {% for cluster in clusters %}
        centroids.{{ measure }}_{{ cluster }},
        {% endfor %}
        {% endfor %}
        features.customer_id,
        features.as_of_date,
        features.purchase_day_count = 0 as is_prospect
    from features
    left join centroids
        on features.as_of_date = centroids.as_of_date and features.business_line = centroids.business_line

),

/* Null for a cluster that the date does not have. */
measured as (

    select
        {% for cluster in clusters %}
        {{ round_double(squared_distance(cluster), 9) }} as distance_{{ cluster }},
        {% endfor %}
        customer_id,
        as_of_date,
        is_prospect
    from scaled

)

select
    customer_id,
    as_of_date,
    case
        when is_prospect then 'prospect'
        {% for cluster in clusters %}
        when distance_{{ cluster }} = least({{ distances | join(', ') }}) then 'cluster_{{ cluster }}'
        {% endfor %}
        else 'unclustered'
    end as segment
from measured
