/* One row per value of a seed: is it what its rule in config_rules asks for? */
{{ config(schema='audit') }}
with

{% for seed in config_rules() %}
{{ seed }} as (

    {{ seed_texts(seed) }}

){{ ',' if not loop.last }}

{% endfor %}

{% for seed, rules in config_rules().items() %}
{% set columns = rules.columns | select('in', seed_columns(seed)) | list %}
{#- Where none of them is there (never loaded), seed_column_errors says so. #}
{% if columns %}
/* Each row once for each column: what is said of a column in `asked`, its value and whether that
   is right in a case. */
select
    '{{ seed }}' as seed,
    {{ config_row(rules.key) }} as config_row,
    asked.column_name,
    case asked.column_name
        {% for column in columns %}
        when '{{ column }}' then {{ column }}
        {% endfor %}
    end as config_value,
    asked.column_name = '{{ rules.key[0] }}' as is_first_of_key,
    case asked.column_name
        {% for column in columns %}
        when '{{ column }}' then {{ config_value_is_valid(column, rules.columns[column]) }}
        {% endfor %}
    end as is_valid,
    asked.remedy,
    asked.code_list,
    {{ row_as_json(seed) }} as seed_row
from {{ seed }}
cross join (
    values
    {% for column, rule in rules.columns.items() if column in columns %}
    (
        '{{ column }}',
        '{{ config_remedy(rule) }}',
        {{ "'" ~ rule['in'] ~ "'" if 'in' in rule else 'cast(null as string)' }}
    ){{ ',' if not loop.last }}
    {% endfor %}
) as asked (column_name, remedy, code_list)
union all
{% endif %}
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
