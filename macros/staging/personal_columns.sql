{% macro personal_columns(source_name) -%}
    {#- The columns of a source that say who a person is. They are published in customer_contacts alone. -#}
    {{ return({'customers': ['name', 'email', 'phone', 'birth_date']}.get(source_name, [])) }}
{%- endmacro %}


{% macro columns_of_record(source_name) -%}
    {#- What may be shown of a record of a source. -#}
    {{ return(raw_columns(source_name) | reject('in', personal_columns(source_name)) | list) }}
{%- endmacro %}
