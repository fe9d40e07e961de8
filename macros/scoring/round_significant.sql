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


{% macro cut_points_in(percentiles) -%}
    {#- The columns p20 to p95 of a list of these percentiles, in two significant digits. Where two are equal, as
        many customers have that very value, it is kept: rounded down, all of them would exceed it. -#}
    {%- set cuts = ['p20', 'p40', 'p60', 'p80', 'p95'] -%}
    {%- for cut in cuts %}
    {%- set item, neighbours = array_item(percentiles, loop.index), [] -%}
    {%- for place in [loop.index - 1, loop.index + 1] if 0 < place <= cuts | length -%}
        {%- do neighbours.append(array_item(percentiles, place)) -%}
    {%- endfor %}
    case
        when {{ item }} in ({{ neighbours | join(', ') }})
            then cast({{ round_double(item, 4) }} as decimal(18, 4))
        else {{ round_significant(item) }}
    end as {{ cut }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
