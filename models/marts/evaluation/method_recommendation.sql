/* One row per business line, goal and method: its place, how far behind the first it is, and one sentence per
   line and goal that says which method to take, or that none is to be preferred. */
with

rankings as (

    select * from {{ ref('evaluated_methods') }}
    where topic = 'ranking'

),

names as (

    select
        cast(measures.measure as string) as method,
        coalesce(cast(methods.name_en as string), cast(measures.name_en as string)) as method_name_en,
        coalesce(cast(methods.name_zh as string), cast(measures.name_zh as string)) as method_name_zh,
        cast(measures.needs_en as string) as needs_en,
        cast(measures.needs_zh as string) as needs_zh
    from {{ ref('evaluated_measures') }} as measures
    left join {{ ref('methods') }} as methods
        on cast(measures.measure as string) = cast(methods.method as string)
    union all
    select
        cast(methods.method as string) as method,
        cast(methods.name_en as string) as method_name_en,
        cast(methods.name_zh as string) as method_name_zh,
        cast(null as string) as needs_en,
        cast(null as string) as needs_zh
    from {{ ref('methods') }} as methods
    where cast(methods.method as string) not in (
        select cast(measures.measure as string) from {{ ref('evaluated_measures') }} as measures
    )

),

lines as (

    select
        cast(business_line as string) as business_line,
        cast(goal as string) as own_goal
    from {{ ref('business_lines') }}

),

named as (

    select
        rankings.*,
        names.method_name_en,
        names.method_name_zh,
        names.needs_en,
        names.needs_zh,
        coalesce(lines.own_goal, 'balanced') = rankings.goal as is_goal_of_line
    from rankings
    inner join names on rankings.method = names.method
    left join lines on rankings.business_line = lines.business_line

),

/* What a sentence is made of: one row per line and goal. */
firsts as (

    select
        business_line,
        goal,
        max(case when place = 1 then method_name_en end) as first_en,
        max(case when place = 1 then method_name_zh end) as first_zh,
        max(case when place = 1 then value end) as first_share,
        max(case when place = 1 then rival_value end) as past_share,
        max(case when place = 1 then difference_low_of_all end) as gap_low,
        max(case when place = 1 then difference_high_of_all end) as gap_high,
        {{ listed("case when is_equal and place > 1 then method_name_en end") }} as equals_en,
        {{ listed("case when is_equal and place > 1 then method_name_zh end") }} as equals_zh
    from named
    group by business_line, goal

)

select
    named.business_line,
    named.goal,
    named.is_goal_of_line,
    named.outcome,
    named.horizon_days,
    named.verdict,
    {{ recommendation_sentence_en() }} as sentence_en,
    {{ recommendation_sentence_zh() }} as sentence_zh,
    named.method,
    named.method_name_en,
    named.method_name_zh,
    named.status,
    named.place,
    named.value as top_share,
    named.value_low as top_share_low,
    named.value_high as top_share_high,
    named.rival_value as past_spend_share,
    named.difference,
    named.difference_low,
    named.difference_high,
    named.difference_low_of_all,
    named.difference_high_of_all,
    named.behind,
    named.behind_low,
    named.behind_high,
    named.is_equal as is_equal_to_first,
    named.is_better as is_better_than_past_spend,
    case when named.status = 'no_source' then named.needs_en end as needs_en,
    case when named.status = 'no_source' then named.needs_zh end as needs_zh,
    named.customers,
    named.dates
from named
inner join firsts on named.business_line = firsts.business_line and named.goal = firsts.goal
