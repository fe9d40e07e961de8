/* One row per scored date, business line, frequency and mean spend of the repeat purchases: how
   many customers have it. Exact; where there are more than 100,000 different ones, in bins half a
   per cent wide, which their mean stands for. */
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

summaries as (

    select * from {{ of_calibrations(ref('int_btyd_summaries'), 'int_dates_to_restate') }}
    where btyd_frequency is not null

),

lines as (

    select * from {{ ref('fit_clv_lines') }}

),

binned as (

    select
        summaries.as_of_date,
        summaries.business_line,
        summaries.btyd_frequency,
        summaries.mean_repeat_spend,
        case
            when lines.has_binned_spends then floor(ln(cast(summaries.mean_repeat_spend as double)) * 200)
            else cast(summaries.mean_repeat_spend as double)
        end as spend_bin
    from summaries
    inner join lines
        on
            summaries.as_of_date = lines.as_of_date
            and summaries.business_line = lines.business_line
    where summaries.mean_repeat_spend > 0

)

select
    as_of_date,
    business_line,
    btyd_frequency,
    spend_bin,
    cast(count(*) as integer) as customers,
    cast(sum(mean_repeat_spend) as double) / count(*) as mean_repeat_spend
from binned
group by as_of_date, business_line, btyd_frequency, spend_bin
