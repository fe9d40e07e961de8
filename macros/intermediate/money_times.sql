{% macro money_times(money, factor) -%}
    {#- Money times a rate or a quantity, rounded once; null where it is out of range. Wider first: the product of
        two decimals of 18 digits needs more, and DuckDB would keep it in 18. -#}
    try_cast(cast({{ money }} as decimal(19, 4)) * {{ factor }} as decimal(18, 4))
{%- endmacro %}


{% macro is_out_of_range(amount, given) -%}
    {#- Whether an amount that was given is none any more, or too large for a sum of many to hold. -#}
    ({{ given }} is not null and coalesce(abs({{ amount }}) >= {{ var('largest_amount') }}, true))
{%- endmacro %}
