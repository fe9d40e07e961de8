/* One row per customer, or member of an account, who has said which channels they permit: what holds today,
   also where it was said after the as-of date. */
{{ config(materialized='view') }}
with

latest as (

    select
        customer_id,
        channel,
        is_permitted,
        row_number() over (
            partition by customer_id, channel order by since_at desc, is_permitted asc
        ) as place_back
    from {{ ref('int_permissions') }}

)

select
    customer_id,
    {{ listed('case when is_permitted then channel end') }} as permitted_channels,
    {{ listed('case when not is_permitted then channel end') }} as refused_channels
from latest
where place_back = 1
group by customer_id
