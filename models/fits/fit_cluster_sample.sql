/* One row per scored date and customer of a sample of at most some 20,000 who have bought: their measures,
   as logarithms, so that a few large ones do not decide. Who is in it depends on the hash of the key and on
   how many there are at the date, never on the order of rows or on who comes later. */
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
