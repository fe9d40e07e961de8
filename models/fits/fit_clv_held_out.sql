/* One row per scored date and customer of a sample (see fit_silences): the history as it stood 90 days
   before, and what came since: what the models say is judged by what they have not seen. */
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

silences as (

    select * from {{ of_calibrations(ref('fit_silences'), 'int_dates_to_restate') }}
    where days_ago = 90

),

purchases as (

    select
        customer_id,
        purchase_date,
        net_revenue
    from {{ ref('int_customer_days') }}
    where purchase_date is not null

)

select
    silences.as_of_date,
    silences.business_line,
    silences.customer_id,
    silences.btyd_frequency,
    cast(silences.btyd_recency_days as double) / 7 as btyd_recency_weeks,
    cast(silences.btyd_age_days as double) / 7 as btyd_age_weeks,
    silences.mean_repeat_spend,
    cast(count(purchases.purchase_date) as integer) as purchase_days,
    cast(coalesce(sum(purchases.net_revenue), 0) as double) as net_revenue
from silences
left join purchases
    on
        silences.customer_id = purchases.customer_id
        and silences.as_of_date >= purchases.purchase_date
        and silences.as_of_date < {{ dbt.dateadd('day', 90, 'purchases.purchase_date') }}
group by
    silences.as_of_date, silences.business_line, silences.customer_id, silences.btyd_frequency,
    silences.btyd_recency_days, silences.btyd_age_days, silences.mean_repeat_spend
