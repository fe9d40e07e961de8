/* One row per line of an export that is no record. */
-- depends_on: {{ ref('identities_forgotten') }}
{{- wait_for_config() }}
select
    source,
    source_file,
    source_row,
    line,
    error
from {{ source('crm', 'unreadable_lines') }}
