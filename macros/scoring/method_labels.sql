{% macro method_labels(methods) -%}
    {#- A query of one row: the names of the methods in both languages, as <method>_en and <method>_zh. -#}
    select
        {% for method in methods %}
        max(case when method = '{{ method }}' then cast(name_en as string) end) as {{ method }}_en,
        max(case when method = '{{ method }}' then cast(name_zh as string) end) as {{ method }}_zh,
        {% endfor %}
        count(*) as methods
    from {{ ref('methods') }}
{%- endmacro %}
