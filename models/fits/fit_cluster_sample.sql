/* One row per scored date and customer of a sample of at most some 20,000 who have bought: their measures,
   as logarithms, so that a few large ones do not decide. A customer is in it by the hash of the key
   and by how many there are at the date, never by the order of rows or by customers who come later. */
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select * from {{ of_restated_dates(ref('int_customer_features'), 'int_dates_to_restate') }}
    where purchase_day_count > 0

),

sizes as (

    select
        as_of_date,
        count(*) as customers
    from features
    group by as_of_date

)

select
    {% for measure in cluster_measures() %}
    {{ log_measure('features.' ~ measure) }} as {{ measure }},
    {% endfor %}
    features.customer_id,
    features.as_of_date
from features
inner join sizes on features.as_of_date = sizes.as_of_date
where
    sizes.customers <= 20000
    or substring(md5(features.customer_id), 1, 4)
    < lpad(lower(hex(cast(floor(20000.0 / sizes.customers * 65536) as bigint))), 4, '0')
