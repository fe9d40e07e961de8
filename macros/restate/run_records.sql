{#- What runs remember for those after them, in tables that are no models, so that no --full-refresh drops
    them. Their order is that of the numbers, never of a clock:

    audit.builds                  runs that build something, numbered from 1
    audit.model_builds            by which of them each seed and model was last made (macros/publish/builds.sql)
    audit.publications            what each published table was made of, and what it was when it was written
    audit.passed_profiles         the profiles of the candidates that passed the gate
    audit.passed_sources, audit.passed_ids  what was read for them, and a sample of the ids of the orders
    audit.finished_runs           runs after which every table was whole: rules, last load of raw data
    audit.finished_dates          the scored dates of the last of them
    audit.finished_fingerprints   the customers' facts at the last of them
    audit.finished_identities     whose each record was at the last of them
    audit.finished_roll_ups       to which account each member rolled up then
    audit.told_identities         whose each record was at the last of them that told tiers (tier_publications) -#}

{% macro begin_run() -%}
    {#- Hook at the start of a run: gives it its number, and says of all that it is going to make that it
        is of this run. `dbt retry`, of which dbt does not say what it selects, goes on with the number of
        the last run, where that has left something to do. -#}
    {%- if numbers_runs() -%}
        {%- if not load_relation(audit_table('builds')) -%}{%- do make_run_records() -%}{%- endif -%}
        {%- do add_columns(table_of('marts', 'tier_publications'), {
            'build_number': 'bigint', 'merged_into': 'string', 'split_from': 'string',
        }) -%}
        {%- set last = asked_value(
            'select coalesce(max(build_number), 0) from ' ~ audit_table('builds')
        ) | int -%}
        {%- set left_open = [] -%}
        {%- for name, builds in model_builds().items() if builds.begun == last and builds.finished != last -%}
            {%- do left_open.append(name) -%}
        {%- endfor -%}
        {%- set number = last if left_open and not selected_resources else last + 1 -%}
        {%- do run_query(
            'insert into ' ~ audit_table('builds') ~ ' select ' ~ number ~ " as build_number, '" ~ invocation_id
            ~ "' as invocation_id, cast(current_timestamp as timestamp) as started_at, "
            ~ changes_the_past() ~ ' as changes_the_past'
        ) -%}
        {%- set begun = [] -%}
        {%- for node in made_of(all_published()) if node.unique_id in selected_resources -%}
            {%- do begun.append(node.name) -%}
        {%- endfor -%}
        {%- if begun -%}{%- do note_model_builds(begun, number, false) -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro note_retried() -%}
    {#- Post-hook of every seed and model: what `dbt retry` builds is noted one by one, as else it is not known. -#}
    {%- if execute and not selected_resources and not flags.EMPTY and not flags.SAMPLE and not flags.DEFER -%}
    insert into {{ audit_table('model_builds') }}
    select
        '{{ model.name }}' as model_name,
        {{ run_number() }} as build_number,
        true as is_finished
    {%- endif -%}
{%- endmacro %}


{% macro note_model_builds(names, number, is_finished) -%}
    {%- do run_query(
        'insert into ' ~ audit_table('model_builds') ~ ' select names.model_name, ' ~ number ~ ' as build_number, '
        ~ is_finished ~ " as is_finished from (values ('" ~ names | join("'), ('") ~ "')) as names (model_name)"
    ) -%}
{%- endmacro %}


{% macro make_run_records() -%}
    {#- Makes the tables, and the columns that those of an older version lack: once for a warehouse. That
        of the numbers comes last, so that a run that is killed in here is no run. -#}
    {%- set text, number = 'string', 'bigint' -%}
    {%- set records = {
        'model_builds': {'model_name': text, 'build_number': number, 'is_finished': 'boolean'},
        'publications': {
            'table_name': text, 'candidate_fingerprint': text, 'invocation_id': text, 'published_at': 'timestamp',
            'build_number': number, 'table_fingerprint': text,
        },
        'passed_profiles': {
            'passed_at': 'timestamp', 'business_line': text, 'tier_code': text, 'customers': 'integer',
            'share': 'double', 'line_customers': 'integer', 'build_number': number,
        },
        'passed_sources': {
            'source': text, 'rows_accepted': number, 'revenue': 'decimal(38, 4)', 'build_number': number,
        },
        'passed_ids': {'source': text, 'id_hash': text, 'build_number': number},
        'finished_runs': {
            'invocation_id': text, 'finished_at': 'timestamp', 'run_date': 'date', 'rules_fingerprint': text,
            'last_load': number, 'build_number': number,
        },
        'builds': {
            'build_number': number, 'invocation_id': text, 'started_at': 'timestamp', 'changes_the_past': 'boolean',
        },
    } -%}
    {%- do adapter.create_schema(audit_table('builds').without_identifier()) -%}
    {%- do add_columns(audit_table('gate_history'), {'build_number': number, 'warehouse_file': text}) -%}
    {%- for name, columns in records.items() -%}
        {%- set typed = [] -%}
        {%- for column, type in columns.items() -%}{%- do typed.append(column ~ ' ' ~ type) -%}{%- endfor -%}
        {%- do add_columns(audit_table(name), columns) -%}
        {%- do run_query('create table if not exists ' ~ audit_table(name) ~ ' (' ~ typed | join(', ') ~ ')') -%}
    {%- endfor -%}
{%- endmacro %}


{% macro add_columns(relation, columns) -%}
    {#- Columns that a table lacks, empty in the rows that it has; nothing where there is no table. -#}
    {%- set existing = load_relation(relation) -%}
    {%- if existing -%}
        {#- get_columns_in_relation would begin a transaction that no hook of a run commits. -#}
        {%- set names = run_query('select * from ' ~ existing ~ ' where 1 = 0').column_names -%}
        {%- set missing = [] -%}
        {%- for name, type in columns.items() if name not in names -%}
            {%- do missing.append(api.Column.create(name, type)) -%}
        {%- endfor -%}
        {%- do alter_relation_add_remove_columns(existing, missing, none) if missing -%}
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
    {#- Hook at the end: what was built is finished. Where that is every model, in this very run, what the next
        one compares itself with is renewed, too. Not asked of the export, which only reads. A run that is
        killed in here has not finished. -#}
    {%- if numbers_runs() -%}
        {%- set built, finished = [], [] -%}
        {%- for result in results if result.status == 'success' -%}
            {%- do built.append(result.node.unique_id) -%}
        {%- endfor -%}
        {%- for node in made_of(all_published()) if node.unique_id in built and is_built_here(node) -%}
            {%- do finished.append(node.name) -%}
        {%- endfor -%}
        {%- if finished -%}{%- do note_model_builds(finished, run_number(), true) -%}{%- endif -%}
        {%- if built_everything(built) -%}{%- do renew_what_the_next_run_compares() -%}{%- endif -%}
        {%- do tell_disagreement() -%}
    {%- endif -%}
{%- endmacro %}


{% macro renew_what_the_next_run_compares() -%}
    {%- set to_renew = [
        ('finished_fingerprints', 'intermediate', 'int_customer_fingerprints', '*'),
        ('finished_dates', 'intermediate', 'int_scoring_dates', 'as_of_date, is_current, is_published, is_imagined, is_added, previous_date'),
        ('finished_identities', 'staging', 'identities', 'record_id, customer_id'),
        ('finished_roll_ups', 'staging', 'account_roll_ups', 'customer_id, account_id'),
    ] -%}
    {%- if not asked_value('select is_of_the_past from ' ~ audit_table('gate_context')) -%}
        {%- do to_renew.append(('told_identities', 'staging', 'moved_ids', 'record_id, customer_id')) -%}
    {%- endif -%}
    {%- for finished, schema, model_name, columns in to_renew -%}
        {%- do run_query('drop table if exists ' ~ audit_table(finished)) -%}
        {%- do run_query(
            'create table ' ~ audit_table(finished) ~ ' as select ' ~ columns ~ ' from '
            ~ table_of(schema, model_name)
        ) -%}
    {%- endfor -%}
    {%- do run_query(
        'insert into ' ~ audit_table('finished_runs')
        ~ ' (invocation_id, finished_at, run_date, rules_fingerprint, last_load, build_number) '
        ~ 'select invocation_id, cast(current_timestamp as timestamp) as finished_at, run_date, '
        ~ 'rules_fingerprint, last_load, ' ~ run_number() ~ ' as build_number from ' ~ audit_table('run_scope')
    ) -%}
    {#- It names those who are gone, too. -#}
    {%- do run_query('truncate table ' ~ table_of('intermediate', 'int_changed_customers')) -%}
{%- endmacro %}


{% macro built_everything(built) -%}
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
        database=target.database or none, schema=generate_schema_name(schema, none), identifier=identifier
    )) }}
{%- endmacro %}
