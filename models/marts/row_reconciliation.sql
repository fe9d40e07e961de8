/* One row per source: every record that came in, by what became of it, and what else is to be known of it. */
with

notes as (

    select
        source,
        {{ listed("sentence_en") }} as notes_en,
        {{ listed("sentence_zh") }} as notes_zh
    from {{ ref('int_reading_notes') }}
    group by source

)

select
    counts.source,
    counts.source_file,
    counts.rows_in,
    counts.rows_accepted,
    counts.rows_rejected,
    counts.rows_in_conflict,
    counts.rows_deduplicated,
    counts.rows_superseded,
    counts.rows_excluded,
    counts.rows_forgotten,
    notes.notes_en,
    notes.notes_zh
from {{ ref('int_row_counts') }} as counts
left join notes on counts.source = notes.source
