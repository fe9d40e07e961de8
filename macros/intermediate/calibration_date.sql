{% macro calibration_date(cadence, date) -%}
    {#- The last calibration date on or before a date: where a period ends in which, or with which, a month,
        quarter, half-year or year ends.
        Args:
            cadence: the column policies.calibration, or a text in SQL.
            date: a date, in SQL. -#}
    {%- set period = scored_period()[0] -%}
    {%- set closed = last_end(period, date) -%}
    {%- set quarter = last_end('quarter', closed) -%}
    {%- set half_year = last_end(
        'quarter', quarter ~ ' - case when extract(month from ' ~ quarter ~ ') in (3, 9)'
        ~ ' then interval 1 day else interval 0 day end'
    ) -%}
    {%- set of_cadence -%}
    case {{ cadence }}
        when 'month' then {{ last_end('month', closed) }}
        when 'half-year' then {{ half_year }}
        when 'year' then {{ last_end('year', closed) }}
        else {{ quarter }}
    end
    {%- endset -%}
    {%- if period == 'week' -%}
    cast(date_trunc('week', {{ of_cadence }}) + interval 6 day as date)
    {%- else -%}
    {{ of_cadence }}
    {%- endif -%}
{%- endmacro %}


{% macro learning_date(calibrated_at, days) -%}
    {#- The last end of a month of which it is known at a calibration date what customers did in the days after it. -#}
    {{ return(calibration_date("'month'", dbt.dateadd('day', '-' ~ days, calibrated_at))) }}
{%- endmacro %}
