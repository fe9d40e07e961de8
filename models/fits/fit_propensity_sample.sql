/* One row per scored date, target and customer of a sample: the measures at an earlier scored date,
   the latest of which the outcome was known by then, and whether it came. Outcomes are dated on or
   before the scored date. At most some 20,000 buyers a date, by the hash of the key. */
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

dates as (

    select as_of_date from {{ ref('int_scoring_dates') }}

),

dates_in_run as (

    select as_of_date from {{ of_restated_dates(ref('int_scoring_dates'), 'int_dates_to_restate') }}

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
        max(earlier.as_of_date) as learned_at
    from dates_in_run as later
    cross join targets
    inner join dates as earlier
        on {{ dbt.dateadd('day', 'targets.days_ahead', 'earlier.as_of_date') }} <= later.as_of_date
    group by later.as_of_date, targets.target, targets.days_ahead

),

features as (

    select * from {{ ref('int_customer_features') }}
    where
        purchase_day_count > 0
        and as_of_date in (select learning_dates.learned_at from learning_dates)

),

sizes as (

    select
        as_of_date,
        count(*) as customers
    from features
    group by as_of_date

),

sampled as (

    select
        learning_dates.as_of_date,
        learning_dates.target,
        learning_dates.days_ahead,
        learning_dates.learned_at,
        features.*
    from (
        select
            {% for measure in propensity_measures() %}
            {{ log_measure(measure) }} as {{ measure }},
            {% endfor %}
            as_of_date as feature_date,
            customer_id
        from features
    ) as features
    inner join learning_dates on features.feature_date = learning_dates.learned_at
    inner join sizes on features.feature_date = sizes.as_of_date
    where
        sizes.customers <= 20000
        or substring(md5(features.customer_id), 1, 4)
        < lpad(lower(hex(cast(floor(20000.0 / sizes.customers * 65536) as bigint))), 4, '0')

),

bought as (

    select distinct
        sampled.as_of_date,
        sampled.target,
        sampled.customer_id
    from sampled
    inner join {{ ref('int_customer_days') }} as days
        on
            sampled.customer_id = days.customer_id
            and sampled.learned_at < days.purchase_date
            and {{ dbt.dateadd('day', 'sampled.days_ahead', 'sampled.learned_at') }} >= days.purchase_date

)

select
    sampled.as_of_date,
    sampled.target,
    sampled.learned_at,
    sampled.customer_id,
    {% for measure in propensity_measures() %}
    sampled.{{ measure }},
    {% endfor %}
    (bought.customer_id is not null) = (sampled.target = 'buy') as has_come
from sampled
left join bought
    on
        sampled.as_of_date = bought.as_of_date
        and sampled.target = bought.target
        and sampled.customer_id = bought.customer_id
