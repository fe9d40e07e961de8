{% macro restates_everything() -%}
    {#- Whether this run works out every customer and date anew, or only what can have changed;
        the model run_scope says why. -#}
    {{ return(run_scope_says('why_everything')) }}
{%- endmacro %}


{% macro reads_everything() -%}
    {#- Whether this run reads every raw record anew, or only the new ones and what hangs on them. -#}
    {{ return(run_scope_says('why_all_records')) }}
{%- endmacro %}


{% macro run_scope_says(column) -%}
    {#- True where the column of run_scope gives a reason. While parsing, in a unit test, which gives a model
        all of its inputs, and in `dbt test`, which looks at everything, it is true. -#}
    {%- if not execute %}{% set waits_for = ref('run_scope') %}{% endif -%}
    {%- if not is_run_of_model() -%}{{ return(true) }}{%- endif -%}
    {%- set scope = load_relation(audit_table('run_scope')) -%}
    {{ return(not scope or asked_value('select ' ~ column ~ ' from ' ~ scope) is not none) }}
{%- endmacro %}


{% macro missing_tables() -%}
    {#- Tables that are not there, as somebody has dropped them. Some are only added to, and others read what the
        last run left in them. -#}
    {%- set missing = [] -%}
    {%- for node in (graph.nodes or {}).values() if is_run_of_model() and node.resource_type == 'model'
        and node.config.materialized != 'view' and node.name != 'published_export' -%}
        {%- if not load_relation(api.Relation.create(database=node.database or none, schema=node.schema, identifier=node.alias)) -%}
            {%- do missing.append(node.name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(missing | sort) }}
{%- endmacro %}


{% macro is_run_of_model() -%}
    {#- Whether a model is being made: not parsed, tested or shown. -#}
    {{ return(execute and model.resource_type != 'unit_test' and flags.WHICH in ['build', 'run', 'retry']) }}
{%- endmacro %}
