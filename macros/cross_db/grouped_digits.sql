{% macro grouped_digits(number) -%}
    {#- A text: an amount to two decimals, thousands apart, as 1,234.50. -#}
    {{ return(adapter.dispatch('grouped_digits', 'customer_tiering')(number)) }}
{%- endmacro %}

{% macro duckdb__grouped_digits(number) -%}
    format('{:,.2f}', cast(cast({{ number }} as decimal(18, 2)) as double))
{%- endmacro %}

{% macro spark__grouped_digits(number) -%}
    format_number(cast({{ number }} as decimal(18, 2)), 2)
{%- endmacro %}
