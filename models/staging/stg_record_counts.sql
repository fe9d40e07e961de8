/* One row per source: how many records its file holds, counted apart from everything else,
   so that the reconciliation has a second opinion. */
{{- wait_for_config() }}
with

readable as (

    {% for name in raw_sources() %}
    select '{{ name }}' as source, count(*) as record_count from {{ source('crm', name) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

unreadable as (

    select
        source,
        count(*) as record_count
    from {{ source('crm', 'unreadable_lines') }}
    group by source

)

select
    readable.source,
    source_files.source_file,
    readable.record_count + coalesce(unreadable.record_count, 0) as rows_in
from readable
left join unreadable on readable.source = unreadable.source
left join {{ source('crm', 'source_files') }} as source_files
    on readable.source = source_files.source
