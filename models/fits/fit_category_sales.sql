/* One row per scored date and category: how often it was bought in the look-back window. */
{{ config(materialized='calibrated', meta={
    'dates_restated_by': 'int_dates_to_restate',
    'is_of_all_lines': true,
}) }}
with

dates as (

    select * from {{ of_calibrations(ref('int_scoring_dates'), 'int_dates_to_restate') }}

),

purchases as (

    select distinct
        customer_id,
        order_date,
        category
    from {{ ref('int_purchase_lines') }}
    where category is not null

)

select
    dates.as_of_date,
    purchases.category,
    count(*) as purchase_days
from purchases
inner join dates
    on
        purchases.order_date <= dates.as_of_date
        and dates.as_of_date < {{ dbt.dateadd('day', var('lookback_days') | int, 'purchases.order_date') }}
group by dates.as_of_date, purchases.category
