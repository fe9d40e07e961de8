/* One row per record of the subscriptions and contracts, with the monthly amount in the reporting currency,
   at the rate of its first day, and its final outcome: of nobody we know or in a currency without a rate it
   is rejected. */
with

known as (

    {{ of_known_customers(
        'stg_subscriptions', ['subscription_id', 'plan', 'monthly_amount', 'currency'],
        days={'started_date': 'started_at', 'renewal_date': 'renews_at', 'cancelled_date': 'cancelled_at'}
    ) }}

),

converted as (

    {{ in_reporting_currency('known', 'monthly_amount', 'started_date') }}

)

select
    source_row,
    customer_id,
    subscription_id,
    plan,
    started_date,
    renewal_date,
    cancelled_date,
    converted_amount as monthly_amount,
    case when outcome = 'accepted' and currency_problem is not null then 'rejected' else outcome end
        as outcome,
    case when outcome = 'accepted' then currency_problem else reject_reason end as reject_reason
from converted
