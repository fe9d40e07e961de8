{% macro last_end(unit, date) -%}
    {#- The last day on or before a date that ends a month, quarter, year, week or day. -#}
    cast({{ dbt.dateadd('day', -1, dbt.date_trunc(unit, dbt.dateadd('day', 1, date))) }} as date)
{%- endmacro %}


{% macro calibration_date(cadence, date) -%}
    {#- The last calibration date on or before a date: where a period ends in which, or with which, a month,
        quarter, half-year or year ends.
        Args:
            cadence: the column policies.calibration.
            date: a date, in SQL. -#}
    {%- set period, step = period_step() -%}
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
    cast({{ dbt.dateadd('day', -1, dbt.dateadd(step[0], step[1], dbt.date_trunc(period, of_cadence))) }} as date)
{%- endmacro %}


{% macro learning_date(calibrated_at, days) -%}
    {#- The last end of a month of which it is known at a calibration date what customers did in the days after it. -#}
    {{ return(calibration_date("'month'", dbt.dateadd('day', '-' ~ days, calibrated_at))) }}
{%- endmacro %}


{% macro period_step() -%}
    {#- The variable period, and how far it is from one to the next. A slip is told by config_errors; it must
        not keep the project from being parsed. -#}
    {%- set steps = {'month': ('month', 1), 'week': ('day', 7), 'day': ('day', 1)} -%}
    {%- set period = var('period') if var('period') in steps else 'month' -%}
    {{ return((period, steps[period])) }}
{%- endmacro %}
