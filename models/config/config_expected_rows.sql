/* One row per row that a seed should have: the names that the models rely on, and an answer for every
   case. */
{{ config(schema='audit') }}
with

policies as (

    {{ seed_texts('policies') }}

),

tiers as (

    {{ seed_texts('tiers') }}

),

stages as (

    {% for situation in situations_before_stage() %}
    select '{{ situation }}' as lifecycle_stage
    union
    {% endfor %}
    select segment as lifecycle_stage from ({{ seed_texts('lifecycle_cells') }}) as cells

),

worths as (

    select worths.worth from (values ('any'), ('high'), ('mid'), ('low')) as worths (worth)

),

named_rows as (

    {% for seed, row in required_rows() %}
    select
        '{{ seed }}' as seed,
        '{{ row }}' as config_row
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

per_policy as (

    select
        'lifecycle_thresholds' as seed,
        {{ config_row(['policy']) }} as config_row
    from policies

),

per_tier as (

    select
        'tier_bands' as seed,
        {{ config_row(['policy', 'tier_code']) }} as config_row
    from policies
    cross join tiers
    where tiers.tier_code not in ('L', 'P')
    union all
    select
        'actions' as seed,
        {{ config_row(['tier_code', 'lifecycle_stage', 'worth']) }} as config_row
    from tiers cross join stages cross join worths
    where {{ is_action_case('tiers.tier_code', 'stages.lifecycle_stage', 'worths.worth') }}

),

labels as (

    {% for method, seed in [
        ('rfm', 'rfm_cells'), ('rfm_zh', 'rfm_classes'), ('lifecycle', 'lifecycle_cells')
    ] %}
    select
        'segment_labels' as seed,
        'method={{ method }}, segment=' || segment as config_row
    from ({{ seed_texts(seed) }}) as {{ seed }}
    union
    {% endfor %}
    select
        'segment_labels' as seed,
        'method=' || rule_set || ', segment=' || rule as config_row
    from ({{ seed_texts('rules') }}) as rules
    where rule_set <> 'guardrail'

),

limits as (

    select distinct
        'guardrails' as seed,
        'rule=' || rule as config_row
    from ({{ seed_texts('rules') }}) as rules
    where rule_set = 'guardrail'

),

market_pairs as (

    select
        'market_priorities' as seed,
        'tier_code=' || tiers.tier_code || ', segment=' || markets.segment as config_row
    from ({{ seed_texts('segment_labels') }}) as markets
    cross join tiers
    where markets.method = 'market'

)

select * from named_rows
union
select * from per_policy
union all
select * from per_tier
union all
select * from labels
union all
select * from limits
union all
select * from market_pairs
