/* One row per contradiction in how methods work: names, values, scales, priorities. */
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

rules as (

    {{ seed_texts('rules') }}

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
    'seeds/pyramid_levels.csv' as config_file,
    'all rows' as config_row,
    'the shares add up to ' || cast(shares as string) as problem,
    'shares that add up to 100' as remedy
from pyramid_sums
where shares <> 100
