{% macro sources_with_rejects() -%}
    {#- The sources of which int_record_outcomes has rejected records while the model compiles, so that
        the others need not be looked through; all sources in a unit test and while parsing, and the
        first one where none has any. -#}
    {%- set all_sources = raw_sources() | reject('equalto', 'deletions') | list -%}
    {%- if not execute or model.resource_type == 'unit_test' or flags.WHICH not in ['build', 'run', 'retry'] -%}
        {{ return(all_sources) }}
    {%- endif -%}
    {%- set found = asked_column(
        'select distinct source from ' ~ ref('int_record_outcomes') ~ " where outcome = 'rejected'"
    ) -%}
    {{ return(all_sources | select('in', found) | list or all_sources[:1]) }}
{%- endmacro %}
