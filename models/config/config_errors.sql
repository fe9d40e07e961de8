/* One row per error in the configuration: the variables of dbt_project.yml and the seeds. It is
   built right after the seeds, everything else waits for it, and it stops the build where it has
   a row. The rules for single values are in the macro config_rules, those for several rows
   together in the views that are read here. */
{{ config(schema='audit', post_hook=[
    '{{ stop_on_config_errors() if not has_transactions() }}', after_commit('{{ stop_on_config_errors() }}'),
]) }}
{% set errors = variable_errors() + seed_column_errors() %}
{% if 'vars: scoring_methods' in errors | map(attribute=1) %}
/* Whatever else could be said would follow from that. */
{{ config_literals(errors) }}
{% else %}
with

known_at_once as (

    {{ config_literals(errors + rule_errors()) }}

),

seed_values as (

    select
        *,
        'seeds/' || seed || '.csv' as config_file
    from {{ ref('config_values') }}

),

invalid_values as (

    select
        config_file,
        config_row,
        column_name || coalesce(' is "' || config_value || '"', ' is empty') as problem,
        remedy
    from seed_values
    where not is_valid

),

codes as (

    select distinct
        config_value as code,
        seed || '.' || column_name as code_list
    from seed_values
    where config_value is not null

),

code_lists as (

    select
        code_list,
        {{ listed('code') }} as codes
    from codes
    group by code_list

),

unknown_codes as (

    select
        seed_values.config_file,
        seed_values.config_row,
        seed_values.column_name || ' is "' || seed_values.config_value || '", which is no known code'
            as problem,
        seed_values.remedy || ': ' || code_lists.codes as remedy
    from seed_values
    inner join code_lists on seed_values.code_list = code_lists.code_list
    left join codes
        on
            seed_values.code_list = codes.code_list
            and seed_values.config_value = codes.code
    where seed_values.is_valid and codes.code is null

),

/* Capitals make no difference, as orders are joined to their status without them. */
repeated_keys as (

    select
        config_file,
        min(config_row) as config_row,
        cast(count(*) as string) || ' rows have this key: ' || {{ listed('seed_row') }} as problem,
        'one row' as remedy
    from seed_values
    where is_first_of_key
    group by config_file, lower(config_row)
    having count(*) > 1

),

seeds as (

    {% for seed, rules in config_rules().items() if not rules.may_be_empty %}
    select 'seeds/{{ seed }}.csv' as config_file
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

empty_seeds as (

    select
        config_file,
        'all rows' as config_row,
        'the file has no rows' as problem,
        'at least one row below the header' as remedy
    from seeds
    where
        config_file not in (select seed_values.config_file from seed_values)
        and config_file not in (select known_at_once.config_file from known_at_once)

)

{% for part in ['known_at_once', 'invalid_values', 'unknown_codes', 'repeated_keys'] %}
select * from {{ part }}
union all
{% endfor %}
select * from empty_seeds
{% for view in [
    'config_missing_rows', 'config_policy_errors', 'config_method_errors', 'config_setting_errors',
    'config_tier_errors', 'config_stage_errors', 'config_identity_errors',
] %}
union all
select * from {{ ref(view) }}
{% endfor %}
{% endif %}
