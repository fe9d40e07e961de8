/* One row per record of the product catalogue, typed, each with its outcome. */
with

raw as (

    select * from {{ source('crm', 'products') }}

),

typed as (

    select
        source_row,
        decimal_sign,
        {{ clean_id('product_id') }} as product_id,
        {{ clean_text('product_name') }} as product_name,
        {{ clean_text('category') }} as category,
        cast({{ parse_timestamp('launched_at') }} as date) as launched_at,
        list_price as raw_list_price,
        {{ parse_number('list_price', is_money=true) }} as list_price,
        unit_cost as raw_unit_cost,
        {{ parse_number('unit_cost', is_money=true) }} as unit_cost,
        coalesce({{ currency_in('unit_cost') }}, {{ currency_in('list_price') }}) as sign_of_amounts
    from raw

),

records as (

    select
        source_row,
        product_id,
        product_name,
        category,
        launched_at,
        list_price,
        unit_cost,
        case
            when coalesce(product_name, category) is null and {{ is_report_leftover('product_id') }}
                then 'report_leftover'
            when product_id is null then 'missing_id'
            else coalesce(
                {{ id_problem('product_id') }},
                {{ number_problem('raw_list_price', 'list_price') }},
                {{ number_problem('raw_unit_cost', 'unit_cost') }},
                {{ currency_problem('sign_of_amounts') }}
            )
        end as problem
    from typed

),

{{ resolve_versions('products', key=['product_id'], describes=true) }}

select * from resolved
