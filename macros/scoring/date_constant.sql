{% macro date_constant(day) -%}
    date '{{ day.strftime("%Y-%m-%d") if day.strftime is defined else day }}'
{%- endmacro %}


{% macro knows_its_dates() -%}
    {#- Not while parsing, nor in a unit test, which brings dates of its own, nor where nothing is built. -#}
    {{ return(execute and model.resource_type != 'unit_test' and flags.WHICH in ['build', 'run', 'test', 'retry']) }}
{%- endmacro %}
