{#- What a run remembers for the next one, in tables that are no models, so that no --full-refresh
    drops them:

    audit.started_runs            runs that have begun and of which it is not known that they ended
    audit.finished_runs           runs after which every table was whole: rules, last load of raw data
    audit.finished_dates          the scored dates of the last of them
    audit.finished_fingerprints   the customers' facts at the last of them -#}

{% macro begin_run() -%}
    {#- Hook at the start of a run that changes a table which the next one will only rewrite in part.
        Where it does not come to its end, the next run cannot know what is whole, and works out
        everything. -#}
    {%- if execute and flags.WHICH in ['build', 'run', 'retry'] -%}
        {%- do adapter.create_schema(audit_table('started_runs').without_identifier()) -%}
        {%- do run_query(
            'create table if not exists ' ~ audit_table('started_runs')
            ~ ' (invocation_id string, started_at timestamp)'
        ) -%}
        {%- do run_query(
            'create table if not exists ' ~ audit_table('finished_runs') ~ ' (invocation_id string, '
            ~ 'finished_at timestamp, run_date date, rules_fingerprint string, last_load bigint)'
        ) -%}
        {%- if changes_the_past() -%}
            {%- do run_query(
                'insert into ' ~ audit_table('started_runs') ~ " select '" ~ invocation_id
                ~ "' as invocation_id, cast(current_timestamp as timestamp) as started_at"
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro changes_the_past() -%}
    {%- for resource in selected_resources -%}
        {%- set node = graph.nodes.get(resource) -%}
        {%- if node and (node.config.materialized == 'restated' or node.fqn[1] in ['intermediate', 'config']) -%}
            {{ return(true) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}


{% macro finish_run(results) -%}
    {#- Hook at the end: where every model was built in this very run, what the next one compares
        itself with is renewed. Not asked of the export, which only reads. A run that is killed in
        here has not finished. -#}
    {%- if execute and flags.WHICH in ['build', 'run'] and built_everything(results) -%}
        {%- for finished, model_name, columns in [
            ('finished_fingerprints', 'int_customer_fingerprints', '*'),
            ('finished_dates', 'int_scoring_dates', 'as_of_date, is_current, is_published, previous_date'),
        ] -%}
            {%- do run_query('drop table if exists ' ~ audit_table(finished)) -%}
            {%- do run_query(
                'create table ' ~ audit_table(finished) ~ ' as select ' ~ columns ~ ' from '
                ~ table_of('intermediate', model_name)
            ) -%}
        {%- endfor -%}
        {%- do run_query(
            'insert into ' ~ audit_table('finished_runs') ~ ' select invocation_id, '
            ~ 'cast(current_timestamp as timestamp) as finished_at, run_date, rules_fingerprint, last_load from '
            ~ audit_table('run_scope')
        ) -%}
        {%- do run_query('truncate table ' ~ audit_table('started_runs')) -%}
        {#- It names those who are gone, too. -#}
        {%- do run_query('truncate table ' ~ table_of('intermediate', 'int_changed_customers')) -%}
    {%- endif -%}
{%- endmacro %}


{% macro built_everything(results) -%}
    {%- set built = [] -%}
    {%- for result in results if result.status == 'success' -%}
        {%- do built.append(result.node.unique_id) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model'
        and node.package_name == 'customer_tiering' and node.name != 'published_export'
        and node.unique_id not in built -%}
        {{ return(false) }}
    {%- endfor -%}
    {{ return(true) }}
{%- endmacro %}


{% macro audit_table(identifier) -%}
    {{ return(table_of('audit', identifier)) }}
{%- endmacro %}


{% macro table_of(schema, identifier) -%}
    {#- A table by its name, where a ref would be a circle or there is no model to refer to. -#}
    {{ return(api.Relation.create(
        database=target.database, schema=generate_schema_name(schema, none), identifier=identifier
    )) }}
{%- endmacro %}
