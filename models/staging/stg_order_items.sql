/* One row per record of the order lines export, typed, each with its outcome.
   A line without a number has no key: only its exact copies are found. */
with

raw as (

    select * from {{ records_to_read('order_items') }}

),

typed as (

    select
        source_row,
        {{ clean_text('order_id') }} as order_id,
        {{ clean_text('product_id') }} as product_id,
        quantity as raw_quantity,
        {{ parse_number('quantity') }} as quantity,
        unit_price as raw_unit_price,
        {{ parse_number('unit_price') }} as unit_price,
        {{ clean_text('line_number') }} as line_number,
        unit_cost as raw_unit_cost,
        {{ parse_number('unit_cost') }} as unit_cost,
        discount_amount as raw_discount_amount,
        {{ parse_number('discount_amount') }} as discount_amount
    from raw

),

records as (

    select
        source_row,
        order_id,
        product_id,
        quantity,
        unit_price,
        line_number,
        unit_cost,
        discount_amount,
        case
            when order_id is null or product_id is null then 'missing_id'
            when quantity is null or unit_price is null then 'unparsable_amount'
            else coalesce(
                {{ number_problem('raw_quantity', 'quantity') }},
                {{ number_problem('raw_unit_price', 'unit_price') }},
                {{ number_problem('raw_unit_cost', 'unit_cost') }},
                {{ number_problem('raw_discount_amount', 'discount_amount') }}
            )
        end as reject_reason
    from typed

),

{{ resolve_versions('order_items', key=['order_id', 'line_number']) }}

select * from resolved
