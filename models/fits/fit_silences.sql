/* One row per scored date, customer of a sample and day of the past year that is looked back on: their
   history on that day, how many usual intervals they had been silent for, and whether they bought in the 90
   days after, all of which are known at the scored date. At most some 20,000 buyers of a line and date, by
   the hash of the key. Customers who have or had a contract are left out: to them silence is no sign. */
{{ config(materialized='view') }}
{% set first_day = 'purchases.first_purchase_date' %}
with

features as (

    select * from {{ ref('int_customer_features') }}
    where purchase_day_count > 0 and contract_until is null

),

thresholds as (

    select
        cast(policy as string) as policy,
        cast(min_purchase_days as integer) as min_purchase_days,
        cast(min_interval_days as double) as min_interval_days,
        cast(default_interval_days as double) as default_interval_days
    from {{ ref('lifecycle_thresholds') }}

),

bounds as (

    select
        as_of_date,
        business_line,
        {{ hash_bound(20000) }} as below
    from features
    group by as_of_date, business_line

),

candidates as (

    {{ candidates_below('bounds') }}

),

purchases as (

    select
        days.customer_id,
        days.purchase_date,
        min(days.purchase_date) over (partition by days.customer_id) as first_purchase_date,
        lead(days.purchase_date) over (
            partition by days.customer_id order by days.purchase_date
        ) as next_purchase_date,
        row_number() over (partition by days.customer_id order by days.purchase_date) as purchase_day_count,
        sum(days.net_revenue) over (partition by days.customer_id order by days.purchase_date)
        - first_value(days.net_revenue) over (
            partition by days.customer_id order by days.purchase_date
        ) as repeat_revenue
    from {{ ref('int_customer_days') }} as days
    inner join candidates on days.customer_id = candidates.customer_id
    where days.purchase_date is not null

),

ages as (

    {% for days in [90, 180, 270, 365] %}
    select {{ days }} as days_ago
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

/* By the date of the features and no other: days and lines put together first are too many. */
looked_at as (

    select
        features.customer_id,
        features.as_of_date,
        features.business_line,
        features.policy,
        ages.days_ago,
        cast({{ dbt.dateadd('day', '-ages.days_ago', 'features.as_of_date') }} as date) as looked_at,
        cast({{ dbt.dateadd('day', '90 - ages.days_ago', 'features.as_of_date') }} as date) as came_by
    from features
    inner join candidates on features.customer_id = candidates.customer_id
    inner join bounds
        on features.as_of_date = bounds.as_of_date and features.business_line = bounds.business_line
    cross join ages
    where candidates.key_hash < bounds.below

)

select
    looked_at.as_of_date,
    looked_at.business_line,
    looked_at.policy,
    looked_at.days_ago,
    looked_at.customer_id,
    purchases.purchase_day_count - 1 as btyd_frequency,
    {{ dbt.datediff(first_day, 'purchases.purchase_date', 'day') }} as btyd_recency_days, -- noqa: LT05
    {{ dbt.datediff(first_day, 'looked_at.looked_at', 'day') }} as btyd_age_days, -- noqa: LT05
    {{ round_double(
        'cast(purchases.repeat_revenue as double) / nullif(purchases.purchase_day_count - 1, 0)', 4
    ) }} as mean_repeat_spend,
    {{ round_double(
        dbt.datediff('purchases.purchase_date', 'looked_at.looked_at', 'day') ~ ' / greatest(coalesce('
        ~ 'case when purchases.purchase_day_count >= thresholds.min_purchase_days then '
        ~ own_interval_days('purchases.first_purchase_date', 'purchases.purchase_date',
            'purchases.purchase_day_count') ~ ' end, cast(rhythms.usual_interval_days as double), '
        ~ 'thresholds.default_interval_days), thresholds.min_interval_days)', 2
    ) }} as overdue_ratio,
    coalesce(purchases.next_purchase_date <= looked_at.came_by, false) as has_come_back
from looked_at
inner join purchases
    on
        looked_at.customer_id = purchases.customer_id
        and looked_at.looked_at >= purchases.purchase_date
        and looked_at.looked_at < coalesce(purchases.next_purchase_date, date '9999-12-31')
inner join thresholds on looked_at.policy = thresholds.policy
left join {{ ref('fit_purchase_rhythm') }} as rhythms
    on looked_at.as_of_date = rhythms.as_of_date and looked_at.business_line = rhythms.business_line
