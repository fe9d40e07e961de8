/* One row per scored date, target and customer of a sample: the measures at an earlier scored date,
   the latest of which the outcome was known by then, and whether it came. Outcomes are dated on or
   before the scored date. At most some 20,000 buyers a date, by the hash of the key. */
with

dates as (

    select as_of_date from {{ ref('int_scoring_dates') }}

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
    from dates as later
    cross join targets
    inner join dates as earlier
        on {{ dbt.dateadd('day', 'targets.days_ahead', 'earlier.as_of_date') }} <= later.as_of_date
    group by later.as_of_date, targets.target, targets.days_ahead

),

features as (

    select * from {{ ref('int_customer_features') }}
    where purchase_day_count > 0

),

/* Below which hash a key is in the sample of a date; all hashes are below g. */
bounds as (

    select
        as_of_date,
        case
            when count(*) <= 20000 then 'g'
            else lpad(lower(hex(cast(floor(20000.0 / count(*) * 65536) as bigint))), 4, '0')
        end as below
    from features
    group by as_of_date

),

/* Hashed once each, and not once for every date: few of many customers are in any sample. */
candidates as (

    select
        hashed.customer_id,
        hashed.key_hash
    from (
        select
            customer_id,
            substring(md5(customer_id), 1, 4) as key_hash
        from {{ ref('int_customers') }}
    ) as hashed
    where hashed.key_hash < (select max(bounds.below) from bounds)

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
        features.customer_id
    from features
    inner join candidates on features.customer_id = candidates.customer_id
    inner join bounds on features.as_of_date = bounds.as_of_date
    inner join learning_dates on features.as_of_date = learning_dates.learned_at
    where candidates.key_hash < bounds.below

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
    {{ log_measure('sampled.' ~ measure) }} as {{ measure }},
    {% endfor %}
    (bought.customer_id is not null) = (sampled.target = 'buy') as has_come
from sampled
left join bought
    on
        sampled.as_of_date = bought.as_of_date
        and sampled.target = bought.target
        and sampled.customer_id = bought.customer_id
