/* Prevents: a customer who is lost, doubled or there too early on some scored date, because a
   join in the shaping multiplied or dropped rows. Every measure and every tier would inherit it,
   and on past dates nobody would look.
   Per customer and not per key: that is a tenth of the groups, the sum of the numbers of the dates
   tells which ones they are, and a customer without any row is found too. */
with

dates as (

    select
        as_of_date,
        {{ dbt.datediff("date '1970-01-01'", 'as_of_date', 'day') }} as date_number -- noqa: LT05
    from {{ ref('int_scoring_dates') }}

),

days_known_since as (

    select
        customers.known_since,
        count(*) as date_count,
        sum(dates.date_number) as date_sum
    from (select distinct known_since from {{ ref('int_customers') }}) as customers
    inner join dates on customers.known_since <= dates.as_of_date
    group by customers.known_since

),

expected as (

    select
        customers.customer_id,
        days_known_since.date_count,
        days_known_since.date_sum
    from {{ ref('int_customers') }} as customers
    inner join days_known_since on customers.known_since = days_known_since.known_since

),

found as (

    select
        features.customer_id,
        count(*) as date_count,
        sum(dates.date_number) as date_sum
    from {{ ref('int_customer_features') }} as features
    inner join dates on features.as_of_date = dates.as_of_date
    group by features.customer_id

)

select
    expected.date_count as scored_dates_expected,
    found.date_count as rows_found,
    coalesce(expected.customer_id, found.customer_id) as customer_id
from expected
full outer join found on expected.customer_id = found.customer_id
where
    expected.date_count is distinct from found.date_count
    or expected.date_sum is distinct from found.date_sum
