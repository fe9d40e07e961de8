/* One row per scored date and customer of a sample of at most some 20,000 of a business line who have
   bought: their measures, as logarithms, so that a few large ones do not decide, and how many clusters
   their policy asks for. A customer is in it by the hash of the key and by how many there are at the date,
   never by the order of rows or by customers who come later. */
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select * from {{ of_restated_dates(ref('int_customer_features'), 'int_dates_to_restate') }}
    where purchase_day_count > 0

),

settings as (

    {{ method_settings('cluster', ['clusters']) }}

),

bounds as (

    select
        as_of_date,
        business_line,
        {{ hash_bound(20000) }} as below
    from features
    group by as_of_date, business_line

)

select
    {% for measure in cluster_measures() %}
    {{ log_measure('features.' ~ measure) }} as {{ measure }},
    {% endfor %}
    features.customer_id,
    features.as_of_date,
    features.business_line,
    cast(settings.clusters as integer) as clusters
from features
inner join bounds
    on features.as_of_date = bounds.as_of_date and features.business_line = bounds.business_line
inner join settings on features.policy = settings.policy
where bounds.below = 'g' or substring(md5(features.customer_id), 1, 4) < bounds.below
