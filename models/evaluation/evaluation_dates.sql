/* One row per evaluated date and horizon that the data reach: a closed published date, of which it is known
   what customers did from the day after until the end of the horizon. The days after the last order are not
   known to have been empty: an export may simply be old. Of more than 3 million customers and dates, the last
   published date of each quarter is evaluated. */
{% set horizons = evaluation_horizons() %}
with

dates as (

    select * from {{ ref('int_scoring_dates') }}

),

horizons as (

    {% for days in horizons %}
    select {{ days }} as horizon_days
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

last_orders as (

    select max(order_date) as order_date
    from {{ ref('int_orders') }}
    where outcome = 'accepted'

),

known_until as (

    select least(dates.as_of_date, last_orders.order_date) as last_date
    from dates
    cross join last_orders
    where dates.is_current

),

/* How many rows evaluation_customers would have of all closed dates. */
closed_dates as (

    select count(*) as closed
    from dates
    where is_published and not is_current

),

buyers as (

    select count(*) as customers
    from {{ ref('int_customers') }}
    where first_order_date is not null

),

closed as (

    select
        dates.as_of_date,
        buyers.customers * closed_dates.closed > 3000000 as are_many,
        row_number() over (
            partition by {{ dbt.date_trunc('quarter', 'dates.as_of_date') }} order by dates.as_of_date desc
        ) as place_in_quarter
    from dates
    cross join buyers
    cross join closed_dates
    where dates.is_published and not dates.is_current

),

horizon_ends as (

    select
        closed.as_of_date,
        horizons.horizon_days,
        cast({{ dbt.dateadd('day', 'horizons.horizon_days', 'closed.as_of_date') }} as date) as last_date
    from closed
    cross join horizons
    where closed.place_in_quarter = 1 or not closed.are_many

)

select
    horizon_ends.as_of_date,
    horizon_ends.horizon_days,
    horizon_ends.last_date
from horizon_ends
inner join known_until on horizon_ends.last_date <= known_until.last_date
