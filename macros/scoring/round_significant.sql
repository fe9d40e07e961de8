{% macro round_significant(value) -%}
    {#- Rounded to two significant digits: 1,234 becomes 1,200 and reads like a rule. To six places
        first, because the last bit of an interpolated percentile depends on the engine, and
        could decide a tie. -#}
    {%- set tidy = round_double(value, 6) -%}
    case
        when {{ tidy }} = 0 then cast(0 as decimal(18, 4))
        else cast(
            round({{ tidy }} / power(10, floor(log10(abs({{ tidy }}))) - 1))
            * power(10, floor(log10(abs({{ tidy }}))) - 1)
            as decimal(18, 4)
        )
    end
{%- endmacro %}
