{% macro run_date() -%}
    {#- The day this build speaks for, as a date literal. A value that is no date is told by
        config_errors, which is built before anything reads this. -#}
    {%- set zone = var('business_time_zone') if var('business_time_zone') in modules.pytz.all_timezones
        else 'UTC' -%}
    {%- set today = run_started_at.astimezone(modules.pytz.timezone(zone)).strftime('%Y-%m-%d') -%}
    date '{{ today if var("run_date") == "today" else var("run_date") }}'
{%- endmacro %}
