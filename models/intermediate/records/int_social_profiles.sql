/* One row per record of the customers' profiles on social platforms, with its final outcome: a record of
   somebody who is neither in the CRM's list nor has an order is rejected. One without a date has always
   been there. */
with

profiles as (

    {{ of_known_customers('stg_social_profiles', ['platform', 'followers', 'measured_at']) }}

)

select
    source_row,
    customer_id,
    platform,
    cast(round(followers) as bigint) as followers,
    coalesce(measured_at, timestamp '1900-01-01') as measured_at,
    cast(coalesce(measured_at, timestamp '1900-01-01') as date) as measured_date,
    outcome,
    reject_reason
from profiles
