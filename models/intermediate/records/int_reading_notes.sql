/* One row per source and thing that people should know of what was read, beside the rejects: files that
   feed nothing, files that contradict themselves, refunds that were cut or moved, money of which only the
   status says that it went back, ids that differ by case alone or are contacts, customers whose rows
   contradict each other. */
with

refunds as (

    select
        count(case when outcome = 'accepted' and is_cut then 1 end) as cut_count,
        count(case when outcome = 'accepted' and is_of_another_customer then 1 end) as moved_count,
        count(case when outcome = 'excluded' then 1 end) as no_sale_count
    from {{ ref('int_refund_records') }}

),

refunded_orders as (

    select distinct order_id from {{ ref('int_refund_records') }}
    where outcome = 'accepted'

),

by_status as (

    select
        count(case when orders.money_back = 'all' then 1 end) as all_count,
        count(case when orders.money_back = 'part' then 1 end) as part_count,
        min(case when orders.money_back = 'part' then orders.order_id end) as part_example
    from {{ ref('int_orders') }} as orders
    left join refunded_orders on orders.order_id = refunded_orders.order_id
    where orders.outcome = 'accepted' and orders.money_back is not null and refunded_orders.order_id is null

),

counted as (

    select
        'refunds' as source,
        'refunds_cut' as note,
        cut_count as records,
        cast(null as string) as example
    from refunds
    union all
    select
        'refunds' as source,
        'refunds_of_another_customer' as note,
        moved_count as records,
        cast(null as string) as example
    from refunds
    union all
    select
        'refunds' as source,
        'refunds_of_no_sale' as note,
        no_sale_count as records,
        cast(null as string) as example
    from refunds
    union all
    select
        'orders' as source,
        'taken_back_by_status' as note,
        all_count as records,
        cast(null as string) as example
    from by_status
    union all
    select
        'orders' as source,
        'partly_refunded' as note,
        part_count as records,
        part_example as example
    from by_status
    union all
    select
        'products' as source,
        'last_of_several' as note,
        count(*) as records,
        min(product_id) as example
    from {{ ref('stg_products') }}
    where is_last_of_several
    union all
    select * from {{ ref('int_customer_notes') }}
    union all
    select
        coalesce(source, 'orders') as source,
        note,
        count(*) as records,
        min(coalesce(source_file || ': ', '') || coalesce(detail, '')) as example
    from {{ ref('stg_reading_notes') }}
    group by coalesce(source, 'orders'), note

)

select
    counted.source,
    counted.note,
    counted.records,
    counted.example,
    labels.is_to_act_on = 'true' as is_to_act_on,
    cast(counted.records as string) || ' x ' || labels.meaning_en
    || coalesce(' (' || counted.example || ')', '') as sentence_en,
    cast(counted.records as string) || ' x ' || labels.meaning_zh
    || coalesce('（' || counted.example || '）', '') as sentence_zh
from counted
inner join {{ ref('reading_notes') }} as labels on counted.note = labels.note
where counted.records > 0
