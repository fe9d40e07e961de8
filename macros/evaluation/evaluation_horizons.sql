{% macro evaluation_horizons() -%}
    {#- The variable of that name without what is no number of days, so that the project can be parsed and
        config_errors can say what is wrong. -#}
    {%- set horizons = [] -%}
    {%- for days in (var('evaluation_horizons') if is_list(var('evaluation_horizons')) else [])
        if modules.re.match('^[1-9][0-9]{0,3}$', days | string) and (days | int) not in horizons -%}
        {%- do horizons.append(days | int) -%}
    {%- endfor -%}
    {{ return(horizons or [90]) }}
{%- endmacro %}
