/* One row per value of a seed: is it what its rule in config_rules asks for? */
{{ config(schema='audit', materialized='view') }}
with

{% for seed in config_rules() %}
{{ seed }} as (

    {{ seed_texts(seed) }}

){{ ',' if not loop.last }}

{% endfor %}

{% for seed, rules in config_rules().items() %}
{% set columns = seed_columns(seed) %}
{% for column, rule in rules.columns.items() if column in columns %}
select
    '{{ seed }}' as seed,
    {{ config_row(rules.key) }} as config_row,
    '{{ column }}' as column_name,
    {{ column }} as config_value,
    {{ column == rules.key[0] }} as is_first_of_key,
    {{ config_value_is_valid(column, rule) }} as is_valid,
    '{{ config_remedy(rule) }}' as remedy,
    {{ "'" ~ rule['in'] ~ "'" if 'in' in rule else 'cast(null as string)' }} as code_list,
    {{ row_as_json(seed) }} as seed_row
from {{ seed }}
union all
{% endfor %}
{% endfor %}
select
    cast(null as string) as seed,
    cast(null as string) as config_row,
    cast(null as string) as column_name,
    cast(null as string) as config_value,
    false as is_first_of_key,
    true as is_valid,
    cast(null as string) as remedy,
    cast(null as string) as code_list,
    cast(null as string) as seed_row
where false
