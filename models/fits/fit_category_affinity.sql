/* One row per scored date and category: the category that is bought most often on the next purchase day
   of the same customer, another one or the same, over the look-back window. */
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

dates as (

    select * from {{ of_restated_dates(ref('int_scoring_dates'), 'int_dates_to_restate') }}

),

lines as (

    select
        customer_id,
        order_date,
        category
    from {{ ref('int_purchase_lines') }}
    where is_of_main_category

),

/* One category a day: the one that most money went to. */
purchases as (

    select distinct
        customer_id,
        order_date,
        category
    from lines

),

steps as (

    select
        customer_id,
        order_date,
        category as next_category,
        lag(category) over (partition by customer_id order by order_date) as category
    from purchases

),

counted as (

    select
        dates.as_of_date,
        steps.category,
        steps.next_category,
        count(*) as step_count
    from steps
    inner join dates
        on
            steps.order_date <= dates.as_of_date
            and dates.as_of_date < {{ dbt.dateadd('day', var('lookback_days') | int, 'steps.order_date') }}
    where steps.category is not null
    group by dates.as_of_date, steps.category, steps.next_category

),

ranked as (

    select
        as_of_date,
        category,
        next_category,
        step_count,
        sum(step_count) over (partition by as_of_date, category) as all_steps,
        row_number() over (
            partition by as_of_date, category order by step_count desc, next_category asc
        ) as place
    from counted

)

select
    as_of_date,
    category,
    next_category,
    cast(all_steps as integer) as step_count,
    {{ round_double('step_count / cast(all_steps as double)', 4) }} as next_share
from ranked
where place = 1
