/* One row per record of the customers export, typed, each with its outcome. */
with

raw as (

    select * from {{ records_to_read('customers') }}

),

{{ typed_customers() }}

{{ resolve_versions('customers', key=['customer_id'], latest='updated_at', describes=true) }}

select * from resolved
