/* One row per contradiction in how methods work: components and settings. */
{{ config(schema='audit') }}
with

component_weights as (

    {{ seed_texts('component_weights') }}

),

method_settings as (

    {{ seed_texts('method_settings') }}

),

markets as (

    select segment
    from ({{ seed_texts('segment_labels') }}) as labels
    where method = 'market'

),

pyramid_levels as (

    {{ seed_texts('pyramid_levels') }}

),

pyramid_sums as (

    select sum(try_cast(share as integer)) as shares
    from pyramid_levels

),

policies as (

    {{ seed_texts('policies') }}

),

rules as (

    {{ seed_texts('rules') }}

),

/* What counts for a policy: its own row, else that of the policy default. An error in the latter is told once. */
{% for seed, part, value in [
    ('component_weights', 'component', 'weight'), ('method_settings', 'setting', 'value'),
] %}
effective_{{ seed }} as (

    select
        policies.policy,
        defaults.method,
        defaults.{{ part }},
        try_cast(coalesce(own.{{ value }}, defaults.{{ value }}) as decimal(18, 6)) as {{ value }},
        max(case when policies.policy = 'default' or own.policy is not null then 1 else 0 end) over (
            partition by policies.policy, defaults.method
        ) = 1 as is_own,
        max(try_cast(coalesce(own.{{ value }}, defaults.{{ value }}) as decimal(18, 6))) over (
            partition by policies.policy, defaults.method
        ) as highest
    from policies
    inner join {{ seed }} as defaults on defaults.policy = 'default'
    left join {{ seed }} as own
        on policies.policy = own.policy and defaults.method = own.method and defaults.{{ part }} = own.{{ part }}

),
{% endfor %}

component_sums as (

    select distinct {{ config_row(['policy', 'method']) }} as config_row
    from effective_component_weights
    where is_own and highest = 0

)

{% for seed, part, kind in [
    ('component_weights', 'component', 'components'), ('method_settings', 'setting', 'settings'),
] %}
/* A part that no model reads is a slip of the pen: it would change nothing, in silence. */
select
    'seeds/{{ seed }}.csv' as config_file,
    {{ config_row(['policy', 'method', part]) }} as config_row,
    'no method ' || method || ' has the {{ part }} ' || {{ part }} as problem,
    'one of: {{ declared_parts(kind) | map("join", " ") | join(", ") }}' as remedy -- noqa: LT05
from {{ seed }}
where
    method || ' ' || {{ part }} not in (
        {% for method, name in declared_parts(kind) %}
        '{{ method }} {{ name }}',
        {% endfor %}
        'nothing'
    )
union all
{% endfor %}
select
    'seeds/method_settings.csv' as config_file,
    'policy=' || given.policy || ', method=' || given.method || ', setting=' || given.setting as config_row,
    'value is ' || given.value as problem,
    'a number from ' || coalesce(bounds.lowest, 'any') || ' to ' || coalesce(bounds.highest, 'any') as remedy
from method_settings as given
inner join method_settings as bounds
    on given.method = bounds.method and given.setting = bounds.setting and bounds.policy = 'default'
where
    try_cast(given.value as decimal(18, 6)) < try_cast(bounds.lowest as decimal(18, 6))
    or try_cast(given.value as decimal(18, 6)) > try_cast(bounds.highest as decimal(18, 6))
union all
select
    'seeds/method_settings.csv' as config_file,
    {{ config_row(['policy', 'method', 'setting']) }} as config_row,
    'value is ' || value as problem,
    'a whole number of ' || unit as remedy
from method_settings
where
    unit in ('days', 'months', 'clusters', 'customers', 'people', 'roles', 'followers')
    and try_cast(value as decimal(18, 6)) <> floor(try_cast(value as decimal(18, 6)))
union all
select
    'seeds/method_settings.csv' as config_file,
    {{ config_row(['policy', 'method', 'setting']) }} as config_row,
    'clusters are learned from the customers of all policies at once' as problem,
    'a row of the policy default alone' as remedy
from method_settings
where method = 'cluster' and policy <> 'default'
{% for method, smaller, greater in ordered_settings() %}
union all
/* Amounts that are all 0 are learned. */
select
    'seeds/method_settings.csv' as config_file,
    'policy=' || low.policy || ', method={{ method }}, setting={{ smaller }}' as config_row,
    'value is ' || cast(low.value as string) || ', but {{ greater }} is ' || cast(high.value as string) as problem,
    'values of which {{ smaller }} is below {{ greater }}' as remedy
from effective_method_settings as low
inner join effective_method_settings as high on low.policy = high.policy and low.method = high.method
where
    low.method = '{{ method }}' and low.setting = '{{ smaller }}' and high.setting = '{{ greater }}'
    and low.is_own and low.highest > 0 and low.value >= high.value
{% endfor %}
union all
select
    'seeds/rules.csv' as config_file,
    {{ config_row(['rule_set', 'policy', 'rule']) }} as config_row,
    'the rule has the priorities ' || min(priority) || ' and ' || max(priority) as problem,
    'one priority for all of its conditions' as remedy
from rules
group by rule_set, policy, rule
having count(distinct priority) > 1
union all
select
    'seeds/pyramid_levels.csv' as config_file,
    'level_rank=' || level_rank as config_row,
    cast(count(*) as string) || ' levels have this rank' as problem,
    'a rank of its own for each level' as remedy
from pyramid_levels
group by level_rank
having count(*) > 1
union all
select
    'seeds/survey_questions.csv' as config_file,
    {{ config_row(['question']) }} as config_row,
    'the scale of nps is ' || lowest || ' to ' || highest as problem,
    'the scale 0 to 10, on which promoters and detractors are defined' as remedy
from ({{ seed_texts('survey_questions') }}) as survey_questions
where
    attitude = 'nps' and try_cast(lowest as decimal(18, 6)) < try_cast(highest as decimal(18, 6))
    and (try_cast(lowest as decimal(18, 6)) <> 0 or try_cast(highest as decimal(18, 6)) <> 10)
union all
select
    'seeds/survey_questions.csv' as config_file,
    {{ config_row(['question']) }} as config_row,
    'lowest is ' || lowest || ' and highest is ' || highest as problem,
    'a lowest number below the highest' as remedy
from ({{ seed_texts('survey_questions') }}) as survey_questions
where try_cast(lowest as decimal(18, 6)) >= try_cast(highest as decimal(18, 6))
union all
select
    'seeds/market_priorities.csv' as config_file,
    {{ config_row(['tier_code', 'segment']) }} as config_row,
    'there is no market segment ' || segment as problem,
    'a segment of the method market in seeds/segment_labels.csv' as remedy
from ({{ seed_texts('market_priorities') }}) as market_priorities
where segment not in (select markets.segment from markets)
union all
select
    'seeds/component_weights.csv' as config_file,
    config_row,
    'all weights are 0' as problem,
    'at least one weight above 0' as remedy
from component_sums
union all
select
    'seeds/pyramid_levels.csv' as config_file,
    'all rows' as config_row,
    'the shares add up to ' || cast(shares as string) as problem,
    'shares that add up to 100' as remedy
from pyramid_sums
where shares <> 100
