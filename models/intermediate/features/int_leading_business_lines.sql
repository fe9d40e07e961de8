/* One row per scored date and customer who buys in several business lines, or not always in a
   named one, and has an order of a named line in the window: the line that brings most net
   revenue in the window, ties by the latest order. The others do not need the question. */
with

several as (

    select customer_id
    from {{ ref('int_customers') }}
    where needs_leading_line

),

facts as (

    select
        customer_id,
        business_line,
        order_date as activity_date,
        ordered_at,
        amount as net_revenue
    from {{ ref('int_orders') }}
    where outcome = 'accepted' and amount >= 0 and business_line is not null

    union all

    select
        customer_id,
        business_line,
        refund_date as activity_date,
        null as ordered_at,
        -amount as net_revenue
    from {{ ref('int_refunds') }}
    where outcome = 'accepted' and business_line is not null

),

by_span as (

    select
        facts.customer_id,
        facts.business_line,
        calendar.scope,
        calendar.enters_at,
        coalesce(calendar.leaves_at, date '9999-12-31') as leaves_at,
        max(facts.ordered_at) as last_ordered_at,
        cast(sum(facts.net_revenue) as decimal(18, 4)) as net_revenue
    from facts
    inner join several on facts.customer_id = several.customer_id
    {{ in_scope('facts', 'calendar', 'activity_date') }}
    group by
        facts.customer_id, facts.business_line, calendar.scope, calendar.enters_at, calendar.leaves_at

),

by_date as (

    select
        by_span.customer_id,
        spans.as_of_date,
        by_span.business_line,
        max(by_span.last_ordered_at) as last_ordered_at,
        sum(by_span.net_revenue) as net_revenue
    from by_span
    inner join {{ ref('int_scoring_spans') }} as spans
        on
            by_span.enters_at = spans.span_from
            and by_span.leaves_at = spans.span_until
            and by_span.scope = spans.scope
    group by by_span.customer_id, spans.as_of_date, by_span.business_line
    having max(by_span.last_ordered_at) is not null

),

ranked as (

    select
        customer_id,
        as_of_date,
        business_line,
        row_number() over (
            partition by customer_id, as_of_date
            order by net_revenue desc, last_ordered_at desc, business_line asc
        ) as place
    from by_date

)

select
    customer_id,
    as_of_date,
    business_line
from ranked
where place = 1
