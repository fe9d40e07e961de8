{% macro wait_for_config() -%}
    {#- The model that calls this is built after config_errors. Named while parsing only, so that
        a unit test of the model need not give it a table that it does not read. -#}
    {%- if not execute %}{% set waits_for = ref('config_errors') %}{% endif -%}
{%- endmacro %}
