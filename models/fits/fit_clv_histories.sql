/* One row per scored date, business line and history of purchases: how many customers have it. A
   history is frequency, recency and age in steps of days; it stands for its customers with their
   mean recency and age, which keeps what the models learn from coarse steps near that of exact
   days. Not ordered: its readers order it. */
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

summaries as (

    select * from {{ of_restated_dates(ref('int_btyd_summaries'), 'int_dates_to_restate') }}
    where btyd_frequency is not null

),

lines as (

    select * from {{ ref('fit_clv_lines') }}

),

stepped as (

    select
        summaries.as_of_date,
        summaries.business_line,
        summaries.btyd_frequency,
        summaries.btyd_recency_days,
        summaries.btyd_age_days,
        cast(floor(summaries.btyd_recency_days / lines.step_days) as integer) as recency_step,
        cast(floor(summaries.btyd_age_days / lines.step_days) as integer) as age_step
    from summaries
    inner join lines
        on
            summaries.as_of_date = lines.as_of_date
            and summaries.business_line = lines.business_line

)

select
    as_of_date,
    business_line,
    btyd_frequency,
    recency_step,
    age_step,
    cast(count(*) as integer) as customers,
    cast(sum(btyd_recency_days) as double) / count(*) / 7 as btyd_recency_weeks,
    cast(sum(btyd_age_days) as double) / count(*) / 7 as btyd_age_weeks
from stepped
group by as_of_date, business_line, btyd_frequency, recency_step, age_step
