/* One row per record of the orders export, typed, each with its outcome. */
with

raw as (

    select * from {{ records_to_read('orders') }}

),

typed as (

    select
        source_row,
        decimal_sign,
        {{ clean_id('order_id') }} as order_id,
        {{ customer_of('customer_id') }} as customer_id,
        ordered_at as raw_ordered_at,
        {{ parse_timestamp('ordered_at') }} as ordered_at,
        amount as raw_amount,
        {{ parse_number('amount', is_money=true) }} as amount,
        {{ currency_in('amount') }} as sign_of_amount,
        {{ clean_code('status') }} as order_status,
        {{ clean_code('order_type') }} as order_type,
        discount_amount as raw_discount_amount,
        {{ parse_number('discount_amount', is_money=true) }} as discount_amount,
        {{ currency_code('currency') }} as currency,
        {{ clean_text('channel') }} as channel,
        {{ clean_code('business_line') }} as business_line,
        {{ clean_id('campaign_id') }} as campaign_id,
        updated_at as raw_updated_at,
        {{ parse_timestamp('updated_at') }} as updated_at
    from raw

),

records as (

    select
        source_row,
        order_id,
        customer_id,
        ordered_at,
        amount,
        order_status,
        order_type,
        discount_amount,
        {{ currency_of('currency', 'sign_of_amount') }} as currency,
        channel,
        business_line,
        campaign_id,
        updated_at,
        amount is null and {{ is_nothing('raw_amount') }} as has_no_amount,
        case
            when (customer_id is null or ordered_at is null) and {{ is_report_leftover('order_id') }}
                then 'report_leftover'
            when order_id is null then 'missing_id'
            when customer_id is null then 'missing_customer'
            else coalesce(
                {{ id_problem('order_id') }},
                {{ id_problem('customer_id') }},
                {{ date_problem('raw_ordered_at', 'ordered_at') }},
                case when ordered_at is null then 'unparsable_date' end,
                {{ number_problem('raw_amount', 'amount') }},
                case when amount is null then 'unparsable_amount' end,
                {{ currency_problem('sign_of_amount', 'currency') }},
                {%- if var('negative_orders') == 'reject' %}
                case when amount < 0 then 'negative_amount' end,
                {%- endif %}
                {{ number_problem('raw_discount_amount', 'discount_amount') }},
                {{ date_problem('raw_updated_at', 'updated_at', may_be_later=true) }}
            )
        end as problem
    from typed

),

{{ resolve_versions(
    'orders', key=['order_id'], latest='updated_at', by_file=false,
    continues={'where': 'has_no_amount', 'agree': ['customer_id', 'ordered_at', 'order_status', 'currency']}
) }}

select * from resolved
