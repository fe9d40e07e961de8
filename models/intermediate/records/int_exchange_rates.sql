/* One row per currency and date: how much reporting currency one unit is worth.
   By day, because a join on equal dates stays fast however many rates there are. */
with

accepted as (

    select
        source_row,
        currency,
        valid_from,
        rate
    from {{ ref('stg_fx_rates') }}
    where outcome = 'accepted' and valid_from <= {{ run_date() }}

),

validity as (

    select
        currency,
        valid_from,
        rate,
        /* Two rates of one day, spelled differently: the later row counts. */
        lead(valid_from) over (partition by currency order by valid_from, source_row) as next_valid_from
    from accepted

)

select
    currency,
    {{ days_between(
        'valid_from',
        'coalesce(' ~ dbt.dateadd('day', -1, 'next_valid_from') ~ ', ' ~ run_date() ~ ')'
    ) }} as rate_date,
    rate
from validity
