{#- What a run remembers for the next one, in tables that are no models, so that no --full-refresh
    drops them:

    audit.started_runs            runs that have begun and of which it is not known that they ended
    audit.finished_runs           runs after which every table was whole: rules, last load of raw data
    audit.finished_dates          the scored dates of the last of them
    audit.finished_fingerprints   the customers' facts at the last of them -#}

{% macro audit_table(identifier) -%}
    {{ return(api.Relation.create(
        database=target.database, schema=generate_schema_name('audit', none), identifier=identifier
    )) }}
{%- endmacro %}


{% macro begin_run() -%}
    {#- Hook at the start of a run that changes a table: notes that it has begun. Where it does not
        come to its end, the next run cannot know what is whole, and works out everything. -#}
    {%- if execute and flags.WHICH in ['build', 'run', 'retry'] and has_transactions() -%}
    create schema if not exists {{ audit_table('started_runs').without_identifier() }};
    create table if not exists {{ audit_table('started_runs') }} (invocation_id varchar, started_at timestamp);
    create table if not exists {{ audit_table('finished_runs') }} (
        invocation_id varchar, finished_at timestamp, run_date date, rules_fingerprint varchar, last_load bigint
    );
    create table if not exists {{ audit_table('finished_dates') }} (
        as_of_date date, is_current boolean, is_published boolean, previous_date date
    );
    create table if not exists {{ audit_table('finished_fingerprints') }} (
        customer_id varchar, fingerprint ubigint, override_fingerprint ubigint
    );
    {%- if changes_the_past() %}
    insert into {{ audit_table('started_runs') }} values ('{{ invocation_id }}', current_timestamp);
    {%- endif %}
    {%- endif -%}
{%- endmacro %}


{% macro changes_the_past() -%}
    {#- Whether this run builds a table that the next one will only rewrite in part. -#}
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
        itself with is renewed, all at once. Not for the export, which reads and changes nothing. -#}
    {%- if execute and flags.WHICH in ['build', 'run'] and has_transactions() -%}
        {%- set built, missing = [], [] -%}
        {%- for result in results if result.status == 'success' -%}
            {%- do built.append(result.node.unique_id) -%}
        {%- endfor -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model'
            and node.package_name == 'customer_tiering' and node.name != 'published_export'
            and node.unique_id not in built -%}
            {%- do missing.append(node.unique_id) -%}
        {%- endfor -%}
        {%- if not missing %}
    begin;
    create or replace table {{ audit_table('finished_fingerprints') }} as
    select * from {{ audit_sibling('intermediate', 'int_customer_fingerprints') }};
    create or replace table {{ audit_table('finished_dates') }} as
    select as_of_date, is_current, is_published, previous_date
    from {{ audit_sibling('intermediate', 'int_scoring_dates') }};
    insert into {{ audit_table('finished_runs') }}
    select invocation_id, current_timestamp, run_date, rules_fingerprint, last_load
    from {{ audit_table('run_scope') }};
    delete from {{ audit_table('started_runs') }};
    commit;
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro audit_sibling(schema, identifier) -%}
    {{ return(api.Relation.create(
        database=target.database, schema=generate_schema_name(schema, none), identifier=identifier
    )) }}
{%- endmacro %}
