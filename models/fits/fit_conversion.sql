/* One row per scored date, business line and kind of people (customer type and acquisition channel):
   which share of those who had been known before they bought, or have not bought, has done so. People who
   became known by an order were never leads. A kind of few people is drawn to the line's share, by as
   many people as `min_people`. */
{{ config(materialized='calibrated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select * from {{ of_calibrations(ref('int_customer_features'), 'int_dates_to_restate') }}

),

settings as (

    {{ method_settings('intent', ['min_people']) }}

),

kinds as (

    select
        features.as_of_date,
        features.business_line,
        coalesce(customers.customer_type, '') as customer_type,
        coalesce(customers.acquisition_channel, '') as acquisition_channel,
        max(settings.min_people) as min_people,
        count(*) as people,
        sum(case when features.purchase_day_count > 0 then 1 else 0 end) as buyers
    from features
    inner join {{ ref('int_customers') }} as customers on features.customer_id = customers.customer_id
    inner join settings on features.policy = settings.policy
    where features.first_purchase_date is null or features.first_purchase_date > customers.known_since
    group by
        features.as_of_date,
        features.business_line,
        coalesce(customers.customer_type, ''),
        coalesce(customers.acquisition_channel, '')

),

lines as (

    select
        *,
        sum(buyers) over (partition by as_of_date, business_line)
        / cast(sum(people) over (partition by as_of_date, business_line) as double) as line_share
    from kinds

)

select
    as_of_date,
    business_line,
    customer_type,
    acquisition_channel,
    cast(people as integer) as people,
    {{ round_double('(buyers + min_people * line_share) / (people + min_people)', 4) }} as bought_share
from lines
