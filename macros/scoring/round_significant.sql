{% macro round_significant(value) -%}
    {#- Rounded to two significant digits: 1,234 becomes 1,200 and reads like a rule. -#}
    case
        when {{ value }} = 0 then cast(0 as decimal(18, 4))
        else cast(
            round({{ value }} / power(10, floor(log10(abs({{ value }}))) - 1))
            * power(10, floor(log10(abs({{ value }}))) - 1)
            as decimal(18, 4)
        )
    end
{%- endmacro %}
