/* One row per source: every record that came in, by what became of it. */
with

counted as (

    select * from {{ ref('stg_record_counts') }}

),

outcomes as (

    select
        source,
        outcome
    from {{ ref('int_record_outcomes') }}

    union all

    select
        source,
        'rejected' as outcome
    from {{ ref('stg_unreadable_lines') }}

),

by_outcome as (

    select
        source,
        count(case when outcome = 'accepted' then 1 end) as rows_accepted,
        count(case when outcome = 'rejected' then 1 end) as rows_rejected,
        count(case when outcome = 'deduplicated' then 1 end) as rows_deduplicated,
        count(case when outcome = 'superseded' then 1 end) as rows_superseded,
        count(case when outcome = 'excluded' then 1 end) as rows_excluded
    from outcomes
    group by source

)

select
    counted.source,
    counted.source_file,
    counted.rows_in,
    cast(coalesce(by_outcome.rows_accepted, 0) as bigint) as rows_accepted,
    cast(coalesce(by_outcome.rows_rejected, 0) as bigint) as rows_rejected,
    cast(coalesce(by_outcome.rows_deduplicated, 0) as bigint) as rows_deduplicated,
    cast(coalesce(by_outcome.rows_superseded, 0) as bigint) as rows_superseded,
    cast(coalesce(by_outcome.rows_excluded, 0) as bigint) as rows_excluded,
    counted.rows_forgotten
from counted
left join by_outcome on counted.source = by_outcome.source
