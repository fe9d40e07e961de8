/* One row per note that the reading of the files left: what people are told, and what is no reject. */
{{- wait_for_config() }}
select
    source,
    source_file,
    note,
    detail
from {{ source('crm', 'reading_notes') }}
