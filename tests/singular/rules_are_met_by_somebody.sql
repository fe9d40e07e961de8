/* Prevents: a rule with a misspelt value (`fast-growing`, a share of 60) that nobody can ever meet, and
   nobody is told. A warning, because a rule may wait for its first customer. Rules of a policy that no
   customer has are left out. */
{{ config(severity='warn') }}
with

rules as (

    select distinct
        cast(rule_set as string) as rule_set,
        cast(policy as string) as policy,
        cast(rule as string) as rule
    from {{ ref('rules') }}
    where rule_set <> 'guardrail'

)

select
    rules.rule_set,
    rules.rule
from rules
where
    (rules.policy = 'all' or rules.policy in (select tiers.policy from {{ ref('customer_tier') }} as tiers))
    and rules.rule not in (select tags.tag from {{ ref('customer_tags') }} as tags)
