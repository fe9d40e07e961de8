/* One row per policy, business goal and method: how much the method counts, as a share of 1. The
   weights of the policy, shifted by the goal of the business line: what the goal says is added to the
   weight of each method, also of one that the policy does not weigh, and all are made to add up to 1. */
{{- wait_for_config() }}
with

weights as (

    select
        cast(policy as string) as policy,
        cast(method as string) as method,
        cast(weight as double) as weight
    from {{ ref('policy_weights') }}

),

policies as (

    select distinct policy from weights

),

goals as (

    select distinct cast(goal as string) as goal
    from {{ ref('business_goals') }}

),

added as (

    select
        weights.policy,
        goals.goal,
        weights.method,
        weights.weight
    from weights
    cross join goals
    union all
    select
        policies.policy,
        cast(changes.goal as string) as goal,
        cast(changes.method as string) as method,
        cast(changes.change as double) as weight
    from {{ ref('goal_weights') }} as changes
    cross join policies

),

shifted as (

    select
        policy,
        goal,
        method,
        greatest(sum(weight), 0) as weight
    from added
    group by policy, goal, method

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
