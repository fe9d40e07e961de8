{% macro calibration_date(cadence, date) -%}
    {#- The last calibration date on or before a date: where a period ends in which, or with which, a month,
        quarter, half-year or year ends.
        Args:
            cadence: the column policies.calibration.
            date: a date, in SQL. -#}
    {%- set period, unit, length = scored_period() -%}
    {%- set closed = last_end(period, date) -%}
    {%- set quarter = last_end('quarter', closed) -%}
    {%- set of_year = last_end(
        'quarter', 'case when extract(month from ' ~ quarter ~ ') in (3, 9) then '
        ~ dbt.dateadd('day', -1, quarter) ~ ' else ' ~ quarter ~ ' end'
    ) -%}
    {%- set ends = {
        'month': last_end('month', closed), 'half-year': of_year, 'year': last_end('year', closed),
    } -%}
    {%- set of_cadence -%}
    case {{ cadence }}
        {%- for name, end in ends.items() %} when '{{ name }}' then {{ end }}{% endfor %} else {{ quarter }}
    end
    {%- endset -%}
    cast({{ dbt.dateadd('day', -1, dbt.dateadd(unit, length, dbt.date_trunc(period, of_cadence))) }} as date)
{%- endmacro %}


{% macro learning_date(calibrated_at, days) -%}
    {#- The last end of a month of which it is known at a calibration date what customers did in the days after it. -#}
    {{ return(calibration_date("'month'", dbt.dateadd('day', '-' ~ days, calibrated_at))) }}
{%- endmacro %}
