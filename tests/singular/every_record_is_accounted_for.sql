/* Prevents: a raw record that disappears or is counted twice on its way, and a rejected one
   that is not in the list of rejected records. rows_in is counted straight from the files. */
with

rejected as (

    select
        source,
        count(*) as rows_listed
    from {{ ref('rejected_records') }}
    group by source

)

select
    reconciliation.source,
    reconciliation.rows_in,
    reconciliation.rows_accepted,
    reconciliation.rows_rejected,
    reconciliation.rows_deduplicated,
    reconciliation.rows_superseded,
    reconciliation.rows_excluded,
    reconciliation.rows_forgotten,
    coalesce(rejected.rows_listed, 0) as rejected_records_listed
from {{ ref('row_reconciliation') }} as reconciliation
left join rejected on reconciliation.source = rejected.source
where
    reconciliation.rows_in <> reconciliation.rows_accepted + reconciliation.rows_rejected
    + reconciliation.rows_deduplicated + reconciliation.rows_superseded
    + reconciliation.rows_excluded + reconciliation.rows_forgotten
    or reconciliation.rows_rejected <> coalesce(rejected.rows_listed, 0)
