{#- Hook at the end of a run: records of people who asked to be forgotten stay no longer than it looks for their other
    ids (src/customer_tiering/reading/connected.py). -#}

{% macro forget_leaving() -%}
    {{ return(adapter.dispatch('forget_leaving', 'customer_tiering')()) }}
{%- endmacro %}


{% macro duckdb__forget_leaving() -%}
    {%- if execute and flags.WHICH in ['build', 'run', 'retry'] -%}
    {%- for name in ['customers', 'identity_decisions'] -%}
        {%- set leaving = 'raw.leaving_' ~ name -%}
        {%- if run_query('select 1 from ' ~ leaving ~ ' limit 1').rows -%}
            {#- Written anew: deleting would only mark the rows. -#}
            {%- do run_query('create or replace table ' ~ leaving ~ ' as select * from ' ~ leaving ~ ' where false') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- Views of files that are not ours. -#}
{% macro spark__forget_leaving() -%}{%- endmacro %}
