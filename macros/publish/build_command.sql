{% macro build_command(options='') -%}
    {#- What somebody types to build anew: in this repository make, which finds dbt; in a project that has installed
        the package, dbt itself. -#}
    {%- if project_name != 'customer_tiering' -%}
        {{ return('dbt build' ~ (' ' ~ options if options else '')) }}
    {%- endif -%}
    {%- set target_of_make = 'make build' if target.type == 'duckdb' else 'make build-spark' -%}
    {{ return(target_of_make ~ (' FLAGS=' ~ options if options else '')) }}
{%- endmacro %}


{% macro build_command_with(variable) -%}
    {#- The same with a variable, such as `accept_jump_because: "<the reason>"`. -#}
    {{ return(build_command() ~ (' VARS=' if project_name == 'customer_tiering' else ' --vars ') ~ "'" ~ variable ~ "'") }}
{%- endmacro %}
