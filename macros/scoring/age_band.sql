{% macro age_band(birth_date, as_of_date) -%}
    {#- The age in whole years on a day, in bands of ten. -#}
    {%- set years = 'floor(' ~ dbt.datediff(birth_date, as_of_date, 'day') ~ ' / 365.2425)' -%}
    case
        when {{ years }} < 18 then 'under 18'
        when {{ years }} < 25 then '18-24'
        {%- for age in [35, 45, 55, 65] %}
        when {{ years }} < {{ age }} then '{{ age - 10 }}-{{ age - 1 }}'
        {%- endfor %}
        when {{ years }} < 120 then '65+'
    end
{%- endmacro %}
