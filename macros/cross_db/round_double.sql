{% macro round_double(value, places) -%}
    {#- A double rounded half away from zero, by its own value. -#}
    {{ return(adapter.dispatch('round_double', 'customer_tiering')(value, places)) }}
{%- endmacro %}

{% macro duckdb__round_double(value, places) -%}
    round({{ value }}, {{ places }})
{%- endmacro %}

{% macro spark__round_double(value, places) -%}
    {#- Spark rounds the shortest decimal text of a double: 2.675, which is a little less, to 2.68.
        A double that ends in exactly .5 is what its text says. -#}
    round(({{ value }}) * 1e{{ places }}) / 1e{{ places }}
{%- endmacro %}
