/* One row per customer and scored date of the customer's scope with an order line in the look-back
   window: of which kinds and categories the lines are. */
with

lines as (

    select * from {{ ref('int_purchase_lines') }}

),

by_category as (

    select
        lines.customer_id,
        dates.as_of_date,
        lines.category,
        count(*) as line_count,
        sum(case when lines.is_new_product then 1 else 0 end) as new_count,
        sum(case when lines.is_repeat_product then 1 else 0 end) as repeat_count,
        sum(case when lines.is_gift then 1 else 0 end) as gift_count
    from lines
    {{ facts_in_window('lines', 'dates', 'order_date') }}
    group by lines.customer_id, dates.as_of_date, lines.category

)

/* The category comes after what it is chosen by, of fixed width, so that the greatest text is the
   one of the greatest number, ties by name. */
select
    customer_id,
    as_of_date,
    cast(sum(line_count) as integer) as line_count,
    {{ round_double('sum(new_count) / cast(sum(line_count) as double)', 4) }} as new_product_share,
    {{ round_double('sum(repeat_count) / cast(sum(line_count) as double)', 4) }} as repeat_product_share,
    {{ round_double('sum(gift_count) / cast(sum(line_count) as double)', 4) }} as gift_share,
    cast(count(category) as integer) as category_count,
    substring(
        max(case when category is not null then lpad(cast(line_count as string), 9, '0') || category end),
        10, 200
    ) as favourite_category
from by_category
group by customer_id, as_of_date
