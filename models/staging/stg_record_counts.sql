/* One row per source: how many records its files hold, counted apart from everything else,
   so that the reconciliation has a second opinion. Not of the deletions: that count would be
   the count of the people to be forgotten. */
-- depends_on: {{ ref('identities_forgotten') }}
{{- wait_for_config() }}
with

readable as (

    {% for name in raw_sources() if name != 'deletions' %}
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

),

files as (

    select
        source,
        case
            when count(*) = 1 then min(source_file)
            else concat(source, '/ (', cast(count(*) as string), ' files)')
        end as source_file,
        sum(rows_forgotten) as rows_forgotten,
        sum(rows_left_out) as rows_left_out
    from {{ source('crm', 'source_files') }}
    group by source

)

select
    readable.source,
    files.source_file,
    cast(
        readable.record_count + coalesce(unreadable.record_count, 0) + coalesce(files.rows_forgotten, 0)
        + coalesce(files.rows_left_out, 0)
        as bigint
    ) as rows_in,
    cast(coalesce(files.rows_forgotten, 0) as bigint) as rows_forgotten,
    cast(coalesce(files.rows_left_out, 0) as bigint) as rows_left_out
from readable
left join unreadable on readable.source = unreadable.source
left join files on readable.source = files.source
