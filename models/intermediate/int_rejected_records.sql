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

files as (

    select
        source,
        source_file,
        coalesce(file_number, 0) * 1000000000000 as rows_before,
        file_number
    from {{ source('crm', 'source_files') }}

),

/* Looked up here, and not carried along, because few records of millions are rejected. */
raw_records as (

    {% for name in raw_sources() if name != 'deletions' %}
    select
        '{{ name }}' as source,
        raw.source_row,
        {{ row_as_json('raw', raw_columns(name)) }} as raw_record
    from {{ source('crm', name) }} as raw
    inner join rejected on raw.source_row = rejected.source_row and rejected.source = '{{ name }}'
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    rejected.source,
    files.source_file,
    rejected.source_row - files.rows_before as source_row,
    rejected.record_id,
    rejected.reject_reason,
    raw_records.raw_record
from rejected
inner join files
    on rejected.source = files.source and {{ is_row_of_file('rejected.source_row', 'files.file_number') }}
left join raw_records
    on rejected.source = raw_records.source and rejected.source_row = raw_records.source_row

union all

select
    source,
    source_file,
    source_row,
    null as record_id,
    'unreadable_line' as reject_reason,
    line as raw_record
from {{ ref('stg_unreadable_lines') }}
