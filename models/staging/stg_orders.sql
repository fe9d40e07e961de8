/* One row per record of the orders export, typed, each with its outcome. */
with

raw as (

    select * from {{ records_to_read('orders') }}

),

typed as (

    select
        source_row,
        {{ clean_text('order_id') }} as order_id,
        {{ clean_text('customer_id') }} as customer_id,
        ordered_at as raw_ordered_at,
        {{ parse_timestamp('ordered_at') }} as ordered_at,
        amount as raw_amount,
        {{ parse_number('amount') }} as amount,
        lower({{ clean_text('status') }}) as order_status,
        discount_amount as raw_discount_amount,
        {{ parse_number('discount_amount') }} as discount_amount,
        upper({{ clean_text('currency') }}) as currency,
        {{ clean_text('channel') }} as channel,
        lower({{ clean_text('business_line') }}) as business_line,
        {{ clean_text('campaign_id') }} as campaign_id,
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
        discount_amount,
        currency,
        channel,
        business_line,
        campaign_id,
        updated_at,
        case
            when order_id is null then 'missing_id'
            when customer_id is null then 'missing_customer'
            when ordered_at is null then 'unparsable_date'
            when amount is null then 'unparsable_amount'
            {%- if var('negative_orders') == 'reject' %}
            when amount < 0 then 'negative_amount'
            {%- endif %}
            else coalesce(
                {{ date_problem('raw_ordered_at', 'ordered_at') }},
                {{ number_problem('raw_amount', 'amount') }},
                {{ number_problem('raw_discount_amount', 'discount_amount') }},
                {{ date_problem('raw_updated_at', 'updated_at', may_be_later=true) }}
            )
        end as reject_reason
    from typed

),

{{ resolve_versions('orders', key=['order_id'], latest='updated_at') }}

select * from resolved
