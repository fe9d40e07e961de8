/* One row per contradiction among the tiers: their ranks and bands. */
{{ config(schema='audit') }}
with

tiers as (

    select
        tier_code,
        try_cast(tier_rank as integer) as tier_rank
    from ({{ seed_texts('tiers') }}) as tiers

),

/* What cannot be read is told by the rules for single values. */
bands as (

    select
        tier_bands.policy,
        tier_bands.tier_code,
        tiers.tier_rank,
        try_cast(tier_bands.lower_bound as integer) as lower_bound,
        try_cast(tier_bands.upper_bound as integer) as upper_bound
    from ({{ seed_texts('tier_bands') }}) as tier_bands
    inner join tiers on tier_bands.tier_code = tiers.tier_code

),

places as (

    select
        tier_code,
        tier_rank,
        case tier_code when 'P' then 'last' when 'L' then 'last but one' else 'by rank' end
        || lpad(cast(tier_rank as string), 9, '0') || tier_code as place
    from tiers

),

/* Counted, not numbered: a window over a whole table is one task on Spark. */
expected_ranks as (

    select
        places.tier_code,
        places.tier_rank,
        count(*) as expected_rank
    from places
    inner join places as before_it on places.place >= before_it.place
    group by places.tier_code, places.tier_rank

),

/* Each band beside the next higher one of its policy; the highest beside the end, 100. */
neighbours as (

    select
        policy,
        tier_code,
        tier_rank,
        lower_bound,
        upper_bound,
        'tier ' || tier_code || ' [' || cast(lower_bound as string) || ', '
        || cast(upper_bound as string) || ')' as band,
        lag(upper_bound) over (partition by policy order by lower_bound asc, tier_rank desc) as lower_end,
        lead(lower_bound) over (partition by policy order by lower_bound asc, tier_rank desc) as next_start,
        lead(tier_code) over (partition by policy order by lower_bound asc, tier_rank desc) as next_tier,
        lead(tier_rank) over (partition by policy order by lower_bound asc, tier_rank desc) as next_rank
    from bands
    where lower_bound is not null and upper_bound is not null

),

judged_bands as (

    select
        policy,
        tier_code,
        case
            when tier_code = 'P' then 'P has a band, but a prospect has no score'
            when tier_code = 'L' then 'L has a band, but lapsed customers are compared with nobody'
            when lower_bound >= upper_bound then band || ' is empty'
            when lower_end is null and lower_bound > 0
                then
                    'gap: ' || band || ' is the lowest, so 0 to ' || cast(lower_bound as string)
                    || ' is in no tier'
            when next_start is null and upper_bound < 100
                then
                    'gap: ' || band || ' is the highest, so ' || cast(upper_bound as string)
                    || ' to 100 is in no tier'
            when next_start > upper_bound
                then
                    'gap: ' || band || ', and the next, tier ' || next_tier || ', starts at '
                    || cast(next_start as string)
            when next_start < upper_bound
                then
                    'overlap: ' || band || ', and the next, tier ' || next_tier || ', starts at '
                    || cast(next_start as string)
            when next_rank > tier_rank
                then
                    band || ' is lower than the band of tier ' || next_tier
                    || ', which is the worse tier'
        end as problem
    from neighbours

)

select
    'seeds/tier_bands.csv' as config_file,
    {{ config_row(['policy', 'tier_code']) }} as config_row,
    problem,
    'bands from 0 to 100 without gap or overlap, the better tier higher' as remedy
from judged_bands
where problem is not null
union all
select
    'seeds/tiers.csv' as config_file,
    {{ config_row(['tier_code']) }} as config_row,
    'tier_rank is ' || cast(tier_rank as string) as problem,
    cast(expected_rank as string) || ': ranks count from 1 without a gap, L and P come last' as remedy
from expected_ranks
where tier_rank <> expected_rank
