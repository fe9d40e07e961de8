{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- People are told "schema marts": no prefix of the target before it. -#}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
