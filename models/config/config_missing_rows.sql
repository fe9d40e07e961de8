/* One row per row that a seed should have and does not: rules must give an answer for every case. */
{{ config(schema='audit') }}
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
    where tiers.tier_code <> 'P'
    union all
    select
        'actions' as seed,
        {{ config_row(['tier_code', 'lifecycle_stage']) }} as config_row
    from tiers
    cross join stages
    where (tiers.tier_code = 'P') = (stages.lifecycle_stage = 'prospect')

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

),

expected as (

    select * from named_rows
    union
    select * from per_policy
    union all
    select * from per_tier
    union all
    select * from labels

),

missing as (

    select
        expected.config_row,
        'seeds/' || expected.seed || '.csv' as config_file
    from expected
    left join found on expected.seed = found.seed and expected.config_row = found.config_row
    where
        expected.config_row is not null
        and found.config_row is null
        /* An empty file is told once, and not row by row. */
        and expected.seed in (select has_rows.seed from found as has_rows)

)

select
    config_file,
    config_row,
    'the row is missing' as problem,
    'one row with this key' as remedy
from missing
