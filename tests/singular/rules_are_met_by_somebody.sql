/* Prevents: a rule with a misspelt value (`fast-growing`, a share of 60) that nobody can ever meet, and
   nobody is told. A warning, because a rule may wait for its first customer. Left out, because nobody can
   act on it: a rule of a policy that no customer has, and one that asks for what nothing is known of,
   as its source is not given: a measure that is null, 0 or `unknown` for everybody. */
{{ config(severity='warn') }}
{% set known = {'number': '%s <> 0', 'text': "%s <> 'unknown'", 'truth': '%s', 'date': '%s is not null'} %}
{% set groups = [] %}
{% for rule_set in rule_sets() if rule_set != 'guardrail' %}
{% for rule in rules_of(rule_set) %}{% for group in rule.groups if group | rejectattr('kind') | list == [] %}
{% do groups.append((rule_set, rule, group)) %}
{% endfor %}{% endfor %}
{% endfor %}
with

/* One row: of each group of conditions, whether all that it asks for is known of somebody. */
measured as (

    select
        count(*) as customers,
        {% for _, _, group in groups %}
        {% for condition in group -%}
        bool_or({{ known[condition.kind] % condition.metric }}){{ ' and ' if not loop.last }}
        {%- endfor %} as is_known_{{ loop.index }},
        {% endfor %}
        max(as_of_date) as as_of_date
    from {{ ref('customer_measures') }}

),

rules as (

    {% for rule_set, rule, _ in groups %}
    select
        '{{ rule_set }}' as rule_set,
        {{ dbt.string_literal(dbt.escape_single_quotes(rule.policy)) }} as policy,
        {{ dbt.string_literal(dbt.escape_single_quotes(rule.rule)) }} as rule,
        as_of_date,
        customers
    from measured
    where is_known_{{ loop.index }}
    union
    {% endfor %}
    select
        '' as rule_set,
        '' as policy,
        '' as rule,
        as_of_date,
        customers
    from measured
    where as_of_date is null

),

met as (

    select distinct
        rule_set,
        tag
    from {{ ref('customer_tags') }}

)

select
    rules.rule_set,
    rules.policy,
    rules.rule,
    rules.as_of_date,
    rules.customers
from rules
left join met on rules.rule_set = met.rule_set and rules.rule = met.tag
where
    met.tag is null
    and (
        rules.policy = 'all'
        or rules.policy in (select tiers.policy from {{ ref('customer_tier') }} as tiers)
    )
