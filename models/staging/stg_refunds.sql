/* One row per record of the refunds export, typed, each with its outcome.
   Some exports write refunds as negative amounts: what counts is the absolute amount. */
with

raw as (

    select * from {{ records_to_read('refunds') }}

),

typed as (

    select
        source_row,
        decimal_sign,
        {{ clean_id('refund_id') }} as refund_id,
        {{ customer_of('customer_id') }} as customer_id,
        refunded_at as raw_refunded_at,
        {{ parse_timestamp('refunded_at') }} as refunded_at,
        amount as raw_amount,
        abs({{ parse_number('amount', is_money=true) }}) as amount,
        {{ currency_in('amount') }} as sign_of_amount,
        {{ clean_id('order_id') }} as order_id,
        {{ currency_code('currency') }} as currency,
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
        {{ currency_of('currency', 'sign_of_amount') }} as currency,
        reason,
        case
            when (customer_id is null or refunded_at is null) and {{ is_report_leftover('refund_id') }}
                then 'report_leftover'
            when refund_id is null then 'missing_id'
            when customer_id is null then 'missing_customer'
            else coalesce(
                {{ id_problem('refund_id') }},
                {{ id_problem('customer_id') }},
                {{ id_problem('order_id') }},
                {{ date_problem('raw_refunded_at', 'refunded_at') }},
                case when refunded_at is null then 'unparsable_date' end,
                {{ number_problem('raw_amount', 'amount') }},
                case when amount is null then 'unparsable_amount' end,
                {{ currency_problem('sign_of_amount', 'currency') }}
            )
        end as problem
    from typed

),

{{ resolve_versions('refunds', key=['refund_id']) }}

select * from resolved
