/* One row per scored date, business line and kind of people (customer type and acquisition channel): which
   share of those who are known has bought. Kinds of fewer people than `min_people` are not here. */
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select * from {{ of_restated_dates(ref('int_customer_features'), 'int_dates_to_restate') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

settings as (

    {{ method_settings('intent', ['min_people']) }}

)

select
    features.as_of_date,
    features.business_line,
    coalesce(customers.customer_type, '') as customer_type,
    coalesce(customers.acquisition_channel, '') as acquisition_channel,
    cast(count(*) as integer) as people,
    {{ round_double('sum(case when features.purchase_day_count > 0 then 1.0 else 0 end) / count(*)', 4) }}
        as bought_share
from features
inner join customers on features.customer_id = customers.customer_id
inner join settings on features.policy = settings.policy
group by
    features.as_of_date,
    features.business_line,
    coalesce(customers.customer_type, ''),
    coalesce(customers.acquisition_channel, '')
having count(*) >= max(settings.min_people)
