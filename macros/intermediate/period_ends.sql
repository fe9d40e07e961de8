{#- Ends of the periods that int_scoring_dates scores, by the variable `period`. -#}

{% macro last_end(unit, date) -%}
    {#- The last day on or before a date that ends a month, quarter, year, week or day. Without dbt.dateadd, which
        on Spark writes its argument out several times: these are nested. -#}
    cast(date_trunc('{{ unit }}', {{ date }} + interval 1 day) - interval 1 day as date)
{%- endmacro %}


{% macro is_period_end(date_column) -%}
    {#- Whether a date is the last day of a period. -#}
    {{ last_end(scored_period()[0], date_column) }} = cast({{ date_column }} as date)
{%- endmacro %}


{% macro next_period_end(date_column) -%}
    {#- The last day of the period that begins the day after a date. -#}
    {%- set name, unit, length = scored_period() -%}
    cast({{ dbt.dateadd('day', -1, dbt.dateadd(unit, length, dbt.dateadd('day', 1, date_column))) }} as date)
{%- endmacro %}


{% macro scored_period() -%}
    {#- Its name, and its length in a unit; a slip is told by config_errors. -#}
    {{ return({'week': ['week', 'day', 7], 'day': ['day', 'day', 1]}.get(var('period'), ['month', 'month', 1])) }}
{%- endmacro %}
