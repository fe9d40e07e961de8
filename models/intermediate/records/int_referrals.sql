/* One row per record of whom customers have referred, with its final outcome: a record of somebody who is
   neither in the CRM's list nor has an order is rejected. A referral is won when the one who was referred
   buys for the first time afterwards; whoever says so twice has won one. */
with

known as (

    {{ of_known_customers(
        'stg_referrals', ['referral_id', 'referred_customer_id', 'referral_outcome'],
        days={'referral_date': 'referred_at'}
    ) }}

),

/* The one who was referred may be named by another id of theirs, or be a member of an account. */
referrals as (

    select
        known.source_row,
        known.customer_id,
        known.referral_id,
        known.referral_date,
        coalesce(moved.customer_id, known.referred_customer_id) as referred_customer_id,
        known.referral_outcome,
        known.outcome,
        known.reject_reason
    from known
    left join {{ ref('moved_ids') }} as moved on known.referred_customer_id = moved.record_id

),

customers as (

    select
        customer_id,
        first_order_date
    from {{ ref('int_customers') }}

)

select
    referrals.source_row,
    referrals.customer_id,
    referrals.referral_id,
    referrals.referral_date,
    referrals.referred_customer_id,
    referrals.referral_outcome,
    case
        when
            customers.first_order_date >= referrals.referral_date
            and referrals.customer_id <> referrals.referred_customer_id
            and row_number() over (
                partition by referrals.customer_id, referrals.referred_customer_id, referrals.outcome
                order by referrals.referral_date, referrals.source_row
            ) = 1
            then customers.first_order_date
    end as won_date,
    referrals.outcome,
    referrals.reject_reason
from referrals
left join customers on referrals.referred_customer_id = customers.customer_id
