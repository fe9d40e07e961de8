/* One row per customer and date who is judged, of the dates that this run works out: those who had bought by
   then. Of a line with more than some 30,000 of them a sample: whose id has a low hash, the same ones on
   every date. */
-- depends_on: {{ ref('evaluation_dates_to_restate') }}
{{ config(materialized='table') }}
with

/* A date that is evaluated no more is among those to restate, and leaves no rows. */
evaluated as (

    select distinct as_of_date from {{ ref('evaluation_dates') }}

),

buyers as (

    select
        features.customer_id,
        features.as_of_date,
        features.business_line,
        features.policy,
        features.lifetime_net_revenue as past_spend,
        features.recency_days
    from {{ of_evaluated_dates('int_customer_features') }} as features
    inner join evaluated on features.as_of_date = evaluated.as_of_date
    where features.purchase_day_count > 0

),

/* Below which hash a customer is in the sample of a date and line; all hashes are below g. */
bounds as (

    select
        as_of_date,
        business_line,
        cast(count(*) as integer) as line_customers,
        {{ hash_bound(30000) }} as below
    from buyers
    group by as_of_date, business_line

),

candidates as (

    {{ candidates_below('bounds') }}

)

select
    buyers.*,
    candidates.key_hash,
    bounds.below,
    bounds.line_customers
from buyers
inner join candidates on buyers.customer_id = candidates.customer_id
inner join bounds
    on buyers.as_of_date = bounds.as_of_date and buyers.business_line = bounds.business_line
where candidates.key_hash < bounds.below
