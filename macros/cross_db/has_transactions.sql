{% macro has_transactions() -%}
    {#- Whether dbt builds a model in a transaction on this engine. Where it does not, it runs no
        hook that is to follow the commit: such a hook must then stand among the others. -#}
    {{ return(adapter.dispatch('has_transactions', 'customer_tiering')()) }}
{%- endmacro %}

{% macro duckdb__has_transactions() -%}
    {{ return(true) }}
{%- endmacro %}

{% macro spark__has_transactions() -%}
    {{ return(false) }}
{%- endmacro %}
