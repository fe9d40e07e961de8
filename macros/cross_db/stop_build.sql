{% macro stop_build(message) -%}
    {#- An expression that ends the statement, and with it the model, with this message. -#}
    {{ return(adapter.dispatch('stop_build', 'customer_tiering')(message)) }}
{%- endmacro %}

{% macro duckdb__stop_build(message) -%}
    error({{ message }})
{%- endmacro %}

{% macro spark__stop_build(message) -%}
    raise_error({{ message }})
{%- endmacro %}
