{% macro star_with(alias, column, expression) -%}
    {#- All columns of a relation, with another expression in the place of one of them. -#}
    {{ return(adapter.dispatch('star_with', 'customer_tiering')(alias, column, expression)) }}
{%- endmacro %}


{% macro default__star_with(alias, column, expression) -%}
    {{ alias }}.* replace ({{ expression }} as {{ column }})
{%- endmacro %}


{% macro spark__star_with(alias, column, expression) -%}
    {{ expression }} as {{ column }}, {{ alias }}.* except ({{ column }})
{%- endmacro %}
