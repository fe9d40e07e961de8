{% macro listed(text) -%}
    {#- An aggregate: the texts in their own order, with commas between. -#}
    {{ return(adapter.dispatch('listed', 'customer_tiering')(text)) }}
{%- endmacro %}

{% macro duckdb__listed(text) -%}
    string_agg({{ text }}, ', ' order by {{ text }})
{%- endmacro %}

{% macro spark__listed(text) -%}
    listagg({{ text }}, ', ') within group (order by {{ text }})
{%- endmacro %}
