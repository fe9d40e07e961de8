{% macro run_date() -%}
    {#- The day this build speaks for, as a date literal: by the variable, else by the folder's own settings, else
        today. A value that is no date is told by config_errors, which is built before anything reads this. -#}
    {%- set said = setting('business_time_zone') -%}
    {%- set zone = said if said in modules.pytz.all_timezones else 'UTC' -%}
    {%- set day = run_started_at.astimezone(modules.pytz.timezone(zone)).strftime('%Y-%m-%d') -%}
    {%- set said = var('run_date') if var('run_date') != 'today' else folder_setting('run_date') -%}
    {{ return("date '" ~ (said if said and said != 'today' else day) ~ "'") }}
{%- endmacro %}


{% macro setting(name) -%}
    {#- A variable: by the command line, else by the folder's own settings, else by the project. -#}
    {%- set folder = folder_setting(name) if name not in (invocation_args_dict.get('vars') or {}) -%}
    {{ return(folder or var(name)) }}
{%- endmacro %}


{% macro folder_setting(name) -%}
    {#- What settings.csv of the folder says; none where it says nothing, while parsing, and in a unit test. -#}
    {%- if not execute or model.resource_type == 'unit_test' or flags.WHICH not in ['build', 'run', 'retry', 'test'] -%}
        {{ return(none) }}
    {%- endif -%}
    {#- Asked once in a run, and kept beside the graph, which all models share. -#}
    {%- if 'folder_settings' not in graph -%}
        {%- set settings = {} -%}
        {%- for row in run_query('select setting, value from ' ~ source('crm', 'settings')).rows -%}
            {%- do settings.update({row[0]: row[1]}) -%}
        {%- endfor -%}
        {%- do graph.update({'folder_settings': settings}) -%}
    {%- endif -%}
    {{ return(graph.folder_settings.get(name)) }}
{%- endmacro %}
