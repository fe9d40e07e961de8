/* One row per customer at the current date: the tier, and why. And one per member of an account, with what is
   said of the account, without measures: so that sums over the table have each of them once. */
with

customers as (

    select
        customer_id,
        customer_id as account_id,
        false as is_member,
        as_of_date,
        business_line,
        policy,
        tier_code,
        tier_name_en,
        tier_name_zh,
        composite_score,
        raw_tier_code,
        guardrail_code,
        is_in_grace,
        is_overridden,
        previous_tier_code,
        tier_since,
        next_tier_code,
        points_to_next_tier,
        next_order_amount,
        next_order_score,
        next_order_tier_code,
        lifecycle_stage,
        rfm_segment,
        rfm_zh_segment,
        recency_days,
        order_count,
        net_revenue,
        reason_en,
        reason_zh
    from {{ ref('customer_tier_explained') }}

),

members as (

    select
        members.customer_id,
        members.account_id,
        true as is_member,
        accounts.as_of_date,
        accounts.business_line,
        accounts.policy,
        accounts.tier_code,
        accounts.tier_name_en,
        accounts.tier_name_zh,
        cast(null as decimal(9, 4)) as composite_score,
        accounts.raw_tier_code,
        accounts.guardrail_code,
        accounts.is_in_grace,
        accounts.is_overridden,
        accounts.previous_tier_code,
        accounts.tier_since,
        accounts.next_tier_code,
        cast(null as decimal(9, 4)) as points_to_next_tier,
        cast(null as decimal(18, 4)) as next_order_amount,
        cast(null as decimal(9, 4)) as next_order_score,
        cast(null as string) as next_order_tier_code,
        accounts.lifecycle_stage,
        accounts.rfm_segment,
        accounts.rfm_zh_segment,
        cast(null as integer) as recency_days,
        cast(null as integer) as order_count,
        cast(null as decimal(18, 4)) as net_revenue,
        'Member of the account ' || members.account_id || '. ' || accounts.reason_en as reason_en,
        '属于客户 ' || members.account_id || '。' || accounts.reason_zh as reason_zh
    from {{ ref('int_account_members') }} as members
    inner join {{ ref('customer_tier_explained') }} as accounts on members.account_id = accounts.customer_id

)

select * from customers
union all
select * from members
