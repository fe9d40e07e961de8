/* One row per customer and span of scored dates over which nothing about them changed:
   running totals as of each scored date, from changes alone. A fact changes the totals on the
   scored date that first sees it and, for what is counted in the look-back window, once more
   on the one that leaves it behind. So the facts are read once, however many dates there are. */
{% set in_window = ['order_count', 'discounted_order_count', 'interaction_count', 'net_revenue',
    'costed_revenue', 'costed_margin'] %}
{% set counts = ['purchase_day_count', 'lifetime_order_count'] + in_window[:3] %}
{% set amounts = ['lifetime_net_revenue', 'first_purchase_revenue', 'lifetime_costed_revenue',
    'lifetime_costed_margin'] + in_window[3:] %}
with

days as (

    select
        days.*,
        calendar.scope,
        calendar.enters_at,
        calendar.leaves_at,
        calendar.leaves_at is null or calendar.leaves_at > calendar.enters_at as is_ever_in_window
    from {{ ref('int_customer_days') }} as days
    {{ in_scope('days', 'calendar', 'activity_date') }}

),

changes as (

    select
        customer_id,
        scope,
        enters_at as changed_at,
        case when purchase_date is not null then 1 else 0 end as purchase_day_count,
        order_count as lifetime_order_count,
        net_revenue as lifetime_net_revenue,
        case when order_count > 0 and previous_purchase_date is null then net_revenue else 0 end
            as first_purchase_revenue,
        costed_revenue as lifetime_costed_revenue,
        costed_margin as lifetime_costed_margin,
        {% for measure in in_window %}
        case when is_ever_in_window then {{ measure }} else 0 end as {{ measure }},
        {% endfor %}
        purchase_date as first_purchase_date,
        purchase_date as last_purchase_date,
        previous_purchase_date
    from days

    union all

    select
        customer_id,
        scope,
        leaves_at as changed_at,
        {% for measure in counts[:2] + amounts[:4] %}
        0 as {{ measure }},
        {% endfor %}
        {% for measure in in_window %}
        -{{ measure }} as {{ measure }},
        {% endfor %}
        null as first_purchase_date,
        null as last_purchase_date,
        null as previous_purchase_date
    from days
    where is_ever_in_window and leaves_at is not null

    union all

    /* Becoming known is a change too: it gives those who have done nothing yet their row. */
    select
        customers.customer_id,
        calendar.scope,
        calendar.enters_at as changed_at,
        {% for measure in counts[:2] + amounts[:4] + in_window %}
        0 as {{ measure }},
        {% endfor %}
        null as first_purchase_date,
        null as last_purchase_date,
        null as previous_purchase_date
    from {{ ref('int_customers') }} as customers
    {{ in_scope('customers', 'calendar', 'known_since') }}

),

/* Sums are cast back at once: wide ones double the time of the running totals. */
changes_by_date as (

    select
        min(first_purchase_date) as first_purchase_date,
        max(last_purchase_date) as last_purchase_date,
        max(previous_purchase_date) as previous_purchase_date,
        {% for measure in counts %}
        cast(sum({{ measure }}) as integer) as {{ measure }},
        {% endfor %}
        {% for measure in amounts %}
        cast(sum({{ measure }}) as decimal(18, 4)) as {{ measure }},
        {% endfor %}
        customer_id,
        min(scope) as scope,
        changed_at
    from changes
    group by customer_id, changed_at

)

select
    customer_id,
    scope,
    changed_at as state_from,
    coalesce(
        lead(changed_at) over (partition by customer_id order by changed_at), date '9999-12-31'
    ) as state_until,
    {% for measure in counts %}
    cast(sum({{ measure }}) over so_far as integer) as {{ measure }},
    {% endfor %}
    {% for measure in amounts %}
    cast(sum({{ measure }}) over so_far as decimal(18, 4)) as {{ measure }},
    {% endfor %}
    min(first_purchase_date) over so_far as first_purchase_date,
    max(last_purchase_date) over so_far as last_purchase_date,
    /* The gap before the latest purchase starts at the latest of all starts of gaps. */
    max(previous_purchase_date) over so_far as previous_purchase_date
from changes_by_date
window so_far as (
    partition by customer_id order by changed_at rows between unbounded preceding and current row
)
