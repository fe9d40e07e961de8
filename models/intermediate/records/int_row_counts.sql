/* One row per source: every record that came in, by what became of it. */
with

counted as (

    select * from {{ ref('stg_record_counts') }}

),

outcomes as (

    select
        source,
        outcome,
        reject_reason
    from {{ ref('int_record_outcomes') }}

    union all

    select
        source,
        'rejected' as outcome,
        'unreadable_line' as reject_reason
    from {{ ref('stg_unreadable_lines') }}

),

by_outcome as (

    select
        source,
        count(case when outcome = 'accepted' then 1 end) as rows_accepted,
        count(case when outcome = 'rejected' then 1 end) as rows_rejected,
        count(case when reject_reason = 'conflicting_rows' then 1 end) as rows_in_conflict,
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
    {% for outcome in ['accepted', 'rejected', 'in_conflict', 'deduplicated', 'superseded'] %}
    cast(coalesce(by_outcome.rows_{{ outcome }}, 0) as bigint) as rows_{{ outcome }},
    {% endfor %}
    cast(coalesce(by_outcome.rows_excluded, 0) + counted.rows_left_out as bigint) as rows_excluded,
    counted.rows_forgotten
from counted
left join by_outcome on counted.source = by_outcome.source
