/* One row per policy, business goal and method: how much the method counts, as a share of 1. The
   weights of the policy, shifted by the goal of the business line: each is multiplied by the factor
   that the goal gives to its method (1 where it says nothing), and all are made to add up to 1. */
{{- wait_for_config() }}
with

weights as (

    select
        cast(policy as string) as policy,
        cast(method as string) as method,
        cast(weight as double) as weight
    from {{ ref('policy_weights') }}

),

goals as (

    select distinct cast(goal as string) as goal
    from {{ ref('business_goals') }}

),

factors as (

    select
        cast(goal as string) as goal,
        cast(method as string) as method,
        cast(factor as double) as factor
    from {{ ref('goal_weights') }}

),

shifted as (

    select
        weights.policy,
        goals.goal,
        weights.method,
        weights.weight * coalesce(factors.factor, 1) as weight
    from weights
    cross join goals
    left join factors on goals.goal = factors.goal and weights.method = factors.method

),

totals as (

    select
        policy,
        goal,
        sum(weight) as weight
    from shifted
    group by policy, goal

)

select
    shifted.policy,
    shifted.goal,
    shifted.method,
    {{ round_double('shifted.weight / nullif(totals.weight, 0)', 4) }} as weight
from shifted
inner join totals on shifted.policy = totals.policy and shifted.goal = totals.goal
