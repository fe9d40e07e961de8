/* One row per customer and scored date with a category bought by then: the one to expect next, which is the
   one bought on most days, ever; of those bought equally often the one that sells best, else the one that
   most of the customer's money went to. */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

purchases as (

    select
        customer_id,
        order_date,
        category,
        sum(cast(coalesce(line_value, 0) as decimal(18, 4))) as amount
    from {{ ref('int_purchase_lines') }}
    where category is not null
    group by customer_id, order_date, category

),

by_category as (

    select
        features.customer_id,
        features.as_of_date,
        purchases.category,
        count(*) as day_count,
        cast(floor(greatest(sum(purchases.amount), 0)) as bigint) as amount
    from features
    inner join purchases
        on features.customer_id = purchases.customer_id and features.as_of_date >= purchases.order_date
    group by features.customer_id, features.as_of_date, purchases.category

),

sales as (

    select * from {{ ref('fit_category_sales') }}

)

/* The category comes after what it is chosen by, of fixed width, so that the greatest text is the
   one of the greatest number, ties by name. */
select
    by_category.customer_id,
    by_category.as_of_date,
    substring(
        max(
            lpad(cast(by_category.day_count as string), 9, '0')
            || lpad(cast(coalesce(sales.purchase_days, 0) as string), 12, '0')
            || lpad(cast(by_category.amount as string), 15, '0') || by_category.category
        ), 37, 200
    ) as next_category
from by_category
left join sales on by_category.as_of_date = sales.as_of_date and by_category.category = sales.category
group by by_category.customer_id, by_category.as_of_date
