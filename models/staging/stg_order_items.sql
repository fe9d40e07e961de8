/* One row per record of the order lines export, typed, each with its outcome.
   A line without a number has no key: equal lines are as many lines. */
with

raw as (

    select * from {{ records_to_read('order_items') }}

),

typed as (

    select
        source_row,
        decimal_sign,
        {{ clean_id('order_id') }} as order_id,
        {{ clean_id('product_id') }} as product_id,
        quantity as raw_quantity,
        {{ parse_number('quantity') }} as quantity,
        unit_price as raw_unit_price,
        {{ parse_number('unit_price', is_money=true) }} as unit_price,
        {{ clean_id('line_number') }} as line_number,
        unit_cost as raw_unit_cost,
        {{ parse_number('unit_cost', is_money=true) }} as unit_cost,
        coalesce({{ currency_in('unit_cost') }}, {{ currency_in('unit_price') }}) as sign_of_amounts,
        discount_amount as raw_discount_amount,
        {{ parse_number('discount_amount', is_money=true) }} as discount_amount
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
        sign_of_amounts,
        case
            when product_id is null and {{ is_report_leftover('order_id') }} then 'report_leftover'
            when order_id is null or product_id is null then 'missing_id'
            else coalesce(
                {{ id_problem('order_id') }},
                {{ id_problem('product_id') }},
                {{ number_problem('raw_quantity', 'quantity') }},
                {{ number_problem('raw_unit_price', 'unit_price') }},
                case when quantity is null or unit_price is null then 'unparsable_amount' end,
                {{ number_problem('raw_unit_cost', 'unit_cost') }},
                {{ number_problem('raw_discount_amount', 'discount_amount') }}
            )
        end as problem
    from typed

),

{{ resolve_versions('order_items', key=['order_id', 'line_number'], may_lack='line_number') }}

select * from resolved
