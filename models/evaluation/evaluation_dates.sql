/* One row per closed published date and horizon that the data reach: what customers did from the day
   after until the end of the horizon is known. The days after the last order are not known to have been
   empty: an export may simply be old. */
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

horizon_ends as (

    select
        dates.as_of_date,
        horizons.horizon_days,
        cast({{ dbt.dateadd('day', 'horizons.horizon_days', 'dates.as_of_date') }} as date) as last_date
    from dates
    cross join horizons
    where dates.is_published and not dates.is_current

)

select
    horizon_ends.as_of_date,
    horizon_ends.horizon_days,
    horizon_ends.last_date
from horizon_ends
inner join known_until on horizon_ends.last_date <= known_until.last_date
