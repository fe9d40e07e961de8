/* One row per row that a seed should have and does not: rules must give an answer for every case. */
{{ config(schema='audit', materialized='view') }}
with

found as (

    select distinct
        seed,
        config_row
    from {{ ref('config_values') }}
    where is_first_of_key

),

policies as (

    {{ seed_texts('policies') }}

),

tiers as (

    {{ seed_texts('tiers') }}

),

stages as (

    select distinct segment as lifecycle_stage from ({{ seed_texts('lifecycle_cells') }}) as cells

),

{# Every combination of the choices of a complete seed's key, and the names that must be there. #}
complete_seeds as (

    {% for seed, rules in config_rules().items() if rules.complete %}
    {% for config_row in complete_rows(rules) %}
    select '{{ seed }}' as seed, '{{ config_row }}' as config_row union all
    {% endfor %}
    {% endfor %}
    {% for method in scoring_methods() %}
    select 'methods' as seed, 'method={{ method }}' as config_row union all
    {% endfor %}
    select 'policies' as seed, 'policy=default' as config_row
    union all
    select 'business_lines' as seed, 'business_line=default' as config_row
    union all
    select 'tiers' as seed, 'tier_code=P' as config_row

),

per_policy as (

    select 'lifecycle_thresholds' as seed, {{ config_row(['policy']) }} as config_row from policies
    {% for method, components in config_components().items() %}
    {% for component in components %}
    union all
    select
        'component_weights' as seed,
        {{ config_row(['policy']) }} || ', method={{ method }}, component={{ component }}' as config_row
    from policies
    {% endfor %}
    {% endfor %}

),

per_tier as (

    select 'tier_bands' as seed, {{ config_row(['policy', 'tier_code']) }} as config_row
    from policies
    cross join tiers
    where tier_code <> 'P'
    union all
    select 'actions' as seed, {{ config_row(['tier_code', 'lifecycle_stage']) }} as config_row
    from tiers
    cross join stages
    where (tier_code = 'P') = (lifecycle_stage = 'prospect')

),

labels as (

    {% for method, seed in {'rfm': 'rfm_cells', 'rfm_class': 'rfm_classes', 'lifecycle': 'lifecycle_cells'}.items() %}
    select 'segment_labels' as seed, 'method={{ method }}, segment=' || segment as config_row
    from ({{ seed_texts(seed) }}) as {{ seed }}
    union
    select 'segment_labels' as seed, 'method={{ method }}, segment=prospect' as config_row
    {{ 'union' if not loop.last }}
    {% endfor %}

),

expected as (

    select * from complete_seeds
    union all
    select * from per_policy
    union all
    select * from per_tier
    union all
    select * from labels

)

select
    'seeds/' || expected.seed || '.csv' as file,
    expected.config_row,
    'the row is missing' as problem,
    'one row with this key' as remedy
from expected
left join found on expected.seed = found.seed and expected.config_row = found.config_row
where
    expected.config_row is not null
    and found.config_row is null
    /* That a file is empty, or has no key, is told once. */
    and expected.seed in (select distinct found.seed from found)
