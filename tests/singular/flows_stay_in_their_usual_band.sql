/* Prevents: a wave of demotions or promotions that nobody looks at, because each tier taken alone
   still has its share. Warns where the share of a tier that went to another one in the last closed
   period is further from its mean over the periods before than three of their standard deviations,
   and three standard errors of chance, allow. Asks for six periods and 30 customers. */
{{ config(severity='warn') }}
with

flows as (

    select
        as_of_date,
        from_tier_code,
        to_tier_code,
        sum(customers) as customers
    from {{ ref('tier_migration') }}
    where not is_current and from_tier_code <> 'entry'
    group by as_of_date, from_tier_code, to_tier_code

),

tiers as (

    select
        as_of_date,
        from_tier_code,
        sum(customers) as customers
    from flows
    group by as_of_date, from_tier_code

),

pairs as (

    select distinct
        from_tier_code,
        to_tier_code
    from flows

),

/* A way that nobody took in a period is a share of 0, not none. */
shares as (

    select
        tiers.as_of_date,
        pairs.from_tier_code,
        pairs.to_tier_code,
        tiers.customers,
        coalesce(flows.customers, 0) / cast(tiers.customers as double) as share
    from tiers
    inner join pairs on tiers.from_tier_code = pairs.from_tier_code
    left join flows
        on
            tiers.as_of_date = flows.as_of_date
            and pairs.from_tier_code = flows.from_tier_code
            and pairs.to_tier_code = flows.to_tier_code

),

last_period as (

    select max(as_of_date) as as_of_date
    from tiers

),

usual as (

    select
        shares.from_tier_code,
        shares.to_tier_code,
        count(*) as periods,
        avg(shares.share) as mean_share,
        stddev_samp(shares.share) as spread
    from shares
    inner join last_period on shares.as_of_date < last_period.as_of_date
    group by shares.from_tier_code, shares.to_tier_code

)

select
    shares.as_of_date,
    shares.from_tier_code,
    shares.to_tier_code,
    shares.customers,
    shares.share,
    usual.mean_share
from shares
inner join last_period on shares.as_of_date = last_period.as_of_date
inner join usual
    on shares.from_tier_code = usual.from_tier_code and shares.to_tier_code = usual.to_tier_code
where
    usual.periods >= 6
    and shares.customers >= 30
    and abs(shares.share - usual.mean_share)
    > 3 * usual.spread + 3 * sqrt(usual.mean_share * (1 - usual.mean_share) / shares.customers)
