/* One row per raw record that was rejected, with the reason and the record as it was given. */
with

rejected as (

    select
        source,
        source_row,
        record_id,
        reject_reason
    from {{ ref('int_record_outcomes') }}
    where outcome = 'rejected'

),

/* The records of a file are numbered after those of the files before it; rows of a catalog have
   numbers of their own. */
files as (

    select
        source,
        source_file,
        file_number * 1000000000000 as rows_before
    from {{ source('crm', 'source_files') }}

),

/* Looked up here, and not carried along, because few records of millions are rejected; in many
   sources none. Personal columns do not help to mend the record; file and row lead there. */
raw_records as (

    {% for name in sources_with_rejects() %}
    select
        '{{ name }}' as source,
        raw.source_row,
        {{ row_as_json('raw', columns_of_record(name)) }} as raw_record
    from {{ source('crm', name) }} as raw
    inner join rejected on raw.source_row = rejected.source_row and rejected.source = '{{ name }}'
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    rejected.source,
    files.source_file,
    rejected.source_row - coalesce(files.rows_before, 0) as source_row,
    rejected.record_id,
    rejected.reject_reason,
    raw_records.raw_record
from rejected
inner join files
    on
        rejected.source = files.source
        and (
            files.rows_before is null
            or (
                rejected.source_row > files.rows_before
                and rejected.source_row <= files.rows_before + 1000000000000
            )
        )
left join raw_records
    on rejected.source = raw_records.source and rejected.source_row = raw_records.source_row

union all

select
    source,
    source_file,
    source_row,
    null as record_id,
    case when error like 'report leftover: %' then 'report_leftover' else 'unreadable_line' end
        as reject_reason,
    line as raw_record
from {{ ref('stg_unreadable_lines') }}
