/* One row per source and reason: how many records were rejected for it, which values they have where that
   tells what to do, where the first one stands, and the remedy. What a message says about a source. */
with

rejected as (

    select
        source,
        reject_reason,
        source_file || ', row ' || cast(source_row as string) as place,
        case
            when reject_reason in ('unknown_currency', 'no_exchange_rate')
                then coalesce(
                    nullif({{ first_group('raw_record', '"currency":"([^"]*)"') }}, ''),
                    nullif({{ first_group('raw_record', '"(?:monthly_)?amount":"([^"]*)"') }}, ''),
                    '{{ setting("reporting_currency") }}'
                )
            when reject_reason = 'unknown_status' then {{ first_group('raw_record', '"status":"([^"]*)"') }}
            when reject_reason = 'unknown_stage' then {{ first_group('raw_record', '"stage":"([^"]*)"') }}
        end as told_value
    from {{ ref('int_rejected_records') }}

),

by_value as (

    select
        source,
        reject_reason,
        told_value,
        count(*) as records,
        min(place) as first_place,
        row_number() over (
            partition by source, reject_reason order by count(*) desc, coalesce(told_value, '')
        ) as place_of_value
    from rejected
    group by source, reject_reason, told_value

),

by_reason as (

    select
        source,
        reject_reason,
        cast(sum(records) as bigint) as records,
        min(first_place) as first_place,
        {{ listed(
            "case when place_of_value <= 8 then '\"' || told_value || '\" (' || cast(records as string) || ')' end"
        ) }} as told_values
    from by_value
    group by source, reject_reason

)

select
    by_reason.source,
    by_reason.reject_reason,
    by_reason.records,
    by_reason.told_values,
    by_reason.first_place,
    cast(reasons.remedy_en as string) as remedy_en,
    cast(by_reason.records as string) || ' x ' || by_reason.reject_reason
    || coalesce(': ' || by_reason.told_values, '') || ', the first in ' || by_reason.first_place || '. '
    || coalesce(cast(reasons.remedy_en as string), '') as sentence_en
from by_reason
left join {{ ref('reject_reasons') }} as reasons on by_reason.reject_reason = reasons.reject_reason
