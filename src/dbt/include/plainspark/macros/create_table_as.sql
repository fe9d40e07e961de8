{% macro plainspark__create_table_as(temporary, relation, compiled_code, language='sql') -%}
    {#- A Python model is handed on as it is, with the name of its table: the adapter runs it. -#}
    {%- if language == 'python' %}
{{ compiled_code }}
target_relation = "{{ relation }}"
    {%- elif config.get('contract').enforced and not temporary -%}
        {{ spark__create_table_as(
            false, relation, only_without_nulls(compiled_code, model['columns']), language
        ) }}
    {%- else -%}
        {{ spark__create_table_as(temporary, relation, compiled_code, language) }}
    {%- endif -%}
{%- endmacro %}
