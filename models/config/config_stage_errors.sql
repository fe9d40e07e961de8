/* One row per contradiction among the lifecycle stages: their cells, guardrails and actions. */
{{ config(schema='audit') }}
{% set situations = situations_before_stage() %}
with

tiers as (

    select
        tier_code,
        try_cast(tier_rank as integer) as tier_rank
    from ({{ seed_texts('tiers') }}) as tiers

),

cells as (

    {{ seed_texts('lifecycle_cells') }}

),

guardrails as (

    {{ seed_texts('guardrails') }}

),

limiting as (

    select rule
    from ({{ seed_texts('rules') }}) as rules
    where rule_set = 'guardrail'

),

actions as (

    {{ seed_texts('actions') }}

)

select
    'seeds/lifecycle_cells.csv' as config_file,
    {{ config_row(['rhythm_state', 'history_state']) }} as config_row,
    'segment is "' || segment || '"' as problem,
    'prospect for never_bought, and for no other state' as remedy
from cells
where (rhythm_state = 'never_bought') <> (segment = 'prospect')
union all
select
    'seeds/guardrails.csv' as config_file,
    'rule=' || guardrails.rule as config_row,
    'best_tier is ' || guardrails.best_tier || ' and worst_tier is ' || guardrails.worst_tier as problem,
    'a best_tier at least as good as the worst_tier, and neither of them L or P' as remedy
from guardrails
inner join tiers as best on guardrails.best_tier = best.tier_code
inner join tiers as worst on guardrails.worst_tier = worst.tier_code
where
    best.tier_rank > worst.tier_rank
    or guardrails.best_tier in ('L', 'P') or guardrails.worst_tier in ('L', 'P')
union all
select
    'seeds/guardrails.csv' as config_file,
    {{ config_row(['rule']) }} as config_row,
    'no rule of the set guardrail has this code, so that the limit would never hold' as problem,
    'conditions for it in seeds/rules.csv, or no row' as remedy
from guardrails
where rule not in (select limiting.rule from limiting)
union all
select
    'seeds/actions.csv' as config_file,
    {{ config_row(['tier_code', 'lifecycle_stage', 'worth']) }} as config_row,
    'an action for a case that does not exist' as problem,
    'P goes with prospect, L with churned and with worth high, mid or low; all others with worth any and a '
    || 'stage; and with worth any'
    {% for situation, owners in situations.items() %}
    || ', {{ situation }} of {{ owners | join(" and ") }}'
    {% endfor %}
    || ' (customers are all tiers but L and P)' as remedy
from actions
where
    not {{ is_action_case('tier_code', 'lifecycle_stage', 'worth') }}
    or (
        lifecycle_stage not in (select cells.segment from cells)
        {% for situation in situations %}
        and lifecycle_stage <> '{{ situation }}'
        {% endfor %}
    )
