{% macro money_times(money, factor) -%}
    {#- Money times a rate or a quantity, rounded once. One digit wider first: DuckDB keeps the
        product of two decimals of 18 digits in 18 digits, and stops at a million in a foreign
        currency; with 19 it takes 38. -#}
    cast(cast({{ money }} as decimal(19, 4)) * {{ factor }} as decimal(18, 4))
{%- endmacro %}
