/* One row per record of the events export, typed, each with its outcome. */
with

raw as (

    select * from {{ records_to_read('events') }}

),

typed as (

    select
        source_row,
        {{ clean_text('event_id') }} as event_id,
        {{ clean_text('customer_id') }} as customer_id,
        occurred_at as raw_occurred_at,
        {{ parse_timestamp('occurred_at') }} as occurred_at,
        lower({{ clean_text('event_type') }}) as event_type,
        {{ clean_text('product_id') }} as product_id,
        {{ clean_text('session_id') }} as session_id,
        {{ clean_text('properties') }} as properties
    from raw

),

records as (

    select
        source_row,
        event_id,
        customer_id,
        occurred_at,
        event_type,
        product_id,
        session_id,
        properties,
        case
            when event_id is null then 'missing_id'
            when customer_id is null then 'missing_customer'
            when occurred_at is null then 'unparsable_date'
            else {{ date_problem('raw_occurred_at', 'occurred_at') }}
        end as reject_reason
    from typed

),

{{ resolve_versions('events', key=['event_id']) }}

select * from resolved
