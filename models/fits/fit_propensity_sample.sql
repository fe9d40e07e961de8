/* One row per calibration date, target and customer of a sample: the measures at the last end of a month of
   which the outcome was known by then, whether it came, and the net revenue until then. Outcomes are dated
   on or before the calibration date. At most some 20,000 buyers a date, by the hash of the key. */
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

dates as (

    /* Of fewer than 100 buyers nothing is learned. */
    select as_of_date from {{ of_calibrations(ref('fit_calibrations'), 'int_dates_to_restate') }}
    where business_line = 'all' and calibrated_at = as_of_date and is_by_policy

),

targets as (

    {% for target, days in propensity_targets().items() %}
    select
        '{{ target }}' as target,
        {{ days }} as days_ahead
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

learning_dates as (

    select
        later.as_of_date,
        targets.target,
        targets.days_ahead,
        earlier.as_of_date as learned_at
    from dates as later
    cross join targets
    inner join {{ ref('int_scoring_dates') }} as earlier
        on earlier.as_of_date = {{ learning_date('later.as_of_date', 'targets.days_ahead') }}

),

features as (

    select * from {{ ref('int_customer_features') }}
    where purchase_day_count > 0

),

/* Below which hash a key is in the sample of a date; all hashes are below g. */
bounds as (

    select
        as_of_date,
        {{ hash_bound(20000) }} as below
    from features
    group by as_of_date

),

candidates as (

    {{ candidates_below('bounds') }}

),

sampled as (

    select
        learning_dates.as_of_date,
        learning_dates.target,
        learning_dates.days_ahead,
        learning_dates.learned_at,
        {% for measure in propensity_measures() %}
        features.{{ measure }},
        {% endfor %}
        features.customer_id,
        features.business_line
    from features
    inner join candidates on features.customer_id = candidates.customer_id
    inner join bounds on features.as_of_date = bounds.as_of_date
    inner join learning_dates on features.as_of_date = learning_dates.learned_at
    where candidates.key_hash < bounds.below

),

came as (

    select
        sampled.as_of_date,
        sampled.target,
        sampled.customer_id,
        sum(days.net_revenue) as net_revenue,
        max(days.purchase_date) as last_purchase_date
    from sampled
    inner join {{ ref('int_customer_days') }} as days
        on
            sampled.customer_id = days.customer_id
            and sampled.learned_at < days.activity_date
            and {{ dbt.dateadd('day', 'sampled.days_ahead', 'sampled.learned_at') }} >= days.activity_date
    group by sampled.as_of_date, sampled.target, sampled.customer_id

)

select
    sampled.as_of_date,
    sampled.target,
    sampled.learned_at,
    sampled.customer_id,
    {% for measure in propensity_measures() %}
    {{ log_measure('sampled.' ~ measure) }} as {{ measure }},
    {% endfor %}
    sampled.business_line,
    (came.last_purchase_date is not null) = (sampled.target = 'buy') as has_come,
    cast(coalesce(came.net_revenue, 0) as decimal(18, 4)) as revenue_after
from sampled
left join came
    on
        sampled.as_of_date = came.as_of_date
        and sampled.target = came.target
        and sampled.customer_id = came.customer_id
