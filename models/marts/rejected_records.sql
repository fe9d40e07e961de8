/* One row per raw record that could not be used, with the reason and the record itself. */
with

rejected as (

    select * from {{ ref('int_rejected_records') }}

),

reasons as (

    select
        cast(reject_reason as string) as reject_reason,
        cast(remedy_en as string) as remedy_en,
        cast(remedy_zh as string) as remedy_zh
    from {{ ref('reject_reasons') }}

)

select
    rejected.source,
    rejected.source_file,
    rejected.source_row,
    rejected.record_id,
    rejected.reject_reason,
    reasons.remedy_en,
    reasons.remedy_zh,
    rejected.raw_record
from rejected
left join reasons on rejected.reject_reason = reasons.reject_reason
