/* One row per record of the interactions export, typed, each with its outcome. */
with

raw as (

    select * from {{ records_to_read('interactions') }}

),

typed as (

    select
        source_row,
        {{ clean_text('interaction_id') }} as interaction_id,
        {{ clean_text('customer_id') }} as customer_id,
        occurred_at as raw_occurred_at,
        {{ parse_timestamp('occurred_at') }} as occurred_at,
        {{ clean_text('channel') }} as channel,
        {{ clean_text('kind') }} as kind,
        lower({{ clean_text('direction') }}) as direction,
        {{ clean_text('outcome') }} as result,
        duration_minutes as raw_duration_minutes,
        {{ parse_number('duration_minutes') }} as duration_minutes
    from raw

),

records as (

    select
        source_row,
        interaction_id,
        customer_id,
        occurred_at,
        channel,
        kind,
        direction,
        result,
        duration_minutes,
        case
            when interaction_id is null then 'missing_id'
            when customer_id is null then 'missing_customer'
            when occurred_at is null then 'unparsable_date'
            else coalesce(
                {{ date_problem('raw_occurred_at', 'occurred_at') }},
                {{ number_problem('raw_duration_minutes', 'duration_minutes') }}
            )
        end as reject_reason
    from typed

),

{{ resolve_versions('interactions', key=['interaction_id']) }}

select * from resolved
