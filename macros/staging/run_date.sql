{% macro run_date() -%}
    {#- The day this build speaks for, as a date literal: by the variable, else by the folder's own settings, else
        today. A value that is no date is told by config_errors, which is built before anything reads this. -#}
    {%- if var('run_date') != 'today' -%}
        {{ return("date '" ~ var('run_date') ~ "'") }}
    {%- endif -%}
    {%- set zone = var('business_time_zone') if var('business_time_zone') in modules.pytz.all_timezones
        else 'UTC' -%}
    {%- set day = run_started_at.astimezone(modules.pytz.timezone(zone)).strftime('%Y-%m-%d') -%}
    {%- if execute and model.resource_type != 'unit_test' and flags.WHICH in ['build', 'run', 'retry', 'test'] -%}
        {%- set said = run_query(
            "select max(value) from " ~ source('crm', 'settings') ~ " where setting = 'run_date' and value <> 'today'"
        ).rows[0][0] -%}
    {%- endif -%}
    {{ return("date '" ~ (said or day) ~ "'") }}
{%- endmacro %}
