{% macro percentiles(value, fractions) -%}
    {#- An array of continuous percentiles of a double, one for each constant fraction.
        An aggregate: over equal values it gives that value, however many share it. -#}
    {{ return(adapter.dispatch('percentiles', 'customer_tiering')(value, fractions)) }}
{%- endmacro %}

{% macro duckdb__percentiles(value, fractions) -%}
    quantile_cont(cast({{ value }} as double), [{{ fractions | join(', ') }}])
{%- endmacro %}

{% macro spark__percentiles(value, fractions) -%}
    percentile(cast({{ value }} as double), array({{ fractions | join(', ') }}))
{%- endmacro %}


{% macro array_item(array, position) -%}
    {#- The item at a position that counts from 1. -#}
    {{ return(adapter.dispatch('array_item', 'customer_tiering')(array, position)) }}
{%- endmacro %}

{% macro duckdb__array_item(array, position) -%}
    list_extract({{ array }}, {{ position }})
{%- endmacro %}

{% macro spark__array_item(array, position) -%}
    get({{ array }}, {{ position }} - 1)
{%- endmacro %}
