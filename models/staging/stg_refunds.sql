/* One row per record of the refunds export, typed, each with its outcome.
   Some exports write refunds as negative amounts: what counts is the absolute amount. */
with

raw as (

    select * from {{ records_to_read('refunds') }}

),

typed as (

    select
        source_row,
        {{ clean_text('refund_id') }} as refund_id,
        {{ clean_text('customer_id') }} as customer_id,
        refunded_at as raw_refunded_at,
        {{ parse_timestamp('refunded_at') }} as refunded_at,
        amount as raw_amount,
        abs({{ parse_number('amount') }}) as amount,
        {{ clean_text('order_id') }} as order_id,
        upper({{ clean_text('currency') }}) as currency,
        {{ clean_text('reason') }} as reason
    from raw

),

records as (

    select
        source_row,
        refund_id,
        customer_id,
        refunded_at,
        amount,
        order_id,
        currency,
        reason,
        case
            when refund_id is null then 'missing_id'
            when customer_id is null then 'missing_customer'
            when refunded_at is null then 'unparsable_date'
            when amount is null then 'unparsable_amount'
            else coalesce(
                {{ date_problem('raw_refunded_at', 'refunded_at') }},
                {{ number_problem('raw_amount', 'amount') }}
            )
        end as reject_reason
    from typed

),

{{ resolve_versions('refunds', key=['refund_id']) }}

select * from resolved
