{#- Raw data that is in Spark's catalog already: where the environment variable CRM_SCHEMA names a
    schema, its tables and views become the sources, as the files of CRM_DATA do elsewhere. -#}

{% macro register_catalog_sources() -%}
    {#- Hook at the start of a run: makes `raw.<source>` of every table of that schema that has the
        name of a source. What is missing is empty; what cannot be used stops the build. -#}
    {{ return(adapter.dispatch('register_catalog_sources', 'customer_tiering')()) }}
{%- endmacro %}

{#- DuckDB's plugin has read the tables already (src/customer_tiering/reading/database_tables.py). -#}
{% macro duckdb__register_catalog_sources() -%}{%- endmacro %}

{% macro spark__register_catalog_sources() -%}
    {%- set schema = env_var('CRM_SCHEMA', '') -%}
    {#- Not for a part that reads no raw data, and not for `dbt retry`: rows that have been read keep
        their numbers. -#}
    {%- set reads_raw = [] -%}
    {%- for resource in selected_resources if modules.re.search('[.](stg_[a-z_]+|identit[a-z_]+|int_rejected_records)$', resource) -%}
        {%- do reads_raw.append(resource) -%}
    {%- endfor -%}
    {%- if execute and schema and flags.WHICH in ['build', 'run'] and reads_raw -%}
        {%- do run_query('create schema if not exists raw') -%}
        {%- set found, problems = {}, [] -%}
        {%- for name in raw_sources() -%}
            {%- set relation = adapter.get_relation(database=target.database, schema=schema, identifier=name) -%}
            {%- if relation -%}
                {%- set types = {} -%}
                {%- for column in adapter.get_columns_in_relation(relation) -%}
                    {%- do types.update({column.name | lower: column.dtype | lower}) -%}
                {%- endfor -%}
                {%- do found.update({name: types}) -%}
                {%- for column in meta_of_source(name).required if column not in types -%}
                    {%- do problems.append(
                        schema ~ '.' ~ name ~ ' has no column ' ~ column ~ '. Columns found: '
                        ~ types | join(', ') ~ '. Make a view with the right names'
                    ) -%}
                {%- endfor -%}
            {%- elif meta_of_source(name).is_needed -%}
                {%- do problems.append(
                    'There is no ' ~ schema ~ '.' ~ name ~ ', the one source that is needed. Make a table or view of that name'
                ) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if problems -%}
            {{ exceptions.raise_compiler_error(
                'The schema CRM_SCHEMA=' ~ schema ~ ' cannot be used:\n  ' ~ problems | join('\n  ')
            ) }}
        {%- endif -%}
        {#- First who is to be forgotten: nothing of theirs is taken over. -#}
        {%- do run_query('create table if not exists raw.connected_ids (asked_id string, id string)') -%}
        {%- do register_catalog_source(
            'deletions', schema, found.get('deletions'), 'false' if 'deletions' in found else none
        ) -%}
        {%- if 'deletions' in found -%}{%- do register_forgotten_ids(schema) -%}{%- endif -%}
        {%- set files = [] -%}
        {%- for name in raw_sources() -%}
            {%- set forgotten = forgotten_records(name)
                if meta_of_source(name).forgotten_by and name in found and 'deletions' in found else none -%}
            {%- if name != 'deletions' -%}
                {%- do register_catalog_source(name, schema, found.get(name), forgotten) -%}
            {%- endif -%}
            {%- set table = schema ~ '.' ~ name -%}
            {%- set file = "'" ~ table ~ "'" if name in found else 'cast(null as string)' -%}
            {%- set count = '(select count(*) from ' ~ table ~ ' as records where ' ~ forgotten ~ ')'
                if forgotten else '0L' -%}
            {%- do files.append(
                "select '" ~ name ~ "' as source, cast(null as bigint) as file_number, "
                ~ file ~ ' as source_file, ' ~ count ~ ' as rows_forgotten, 0L as rows_left_out'
            ) -%}
        {%- endfor -%}
        {%- do run_query('create or replace view raw.source_files as ' ~ files | join(' union all ')) -%}
        {%- do run_query(
            'create or replace view raw.source_loads as select cast(null as string) as source, '
            ~ 'cast(null as bigint) as load, cast(null as string) as kind where false'
        ) -%}
        {%- do run_query(
            'create or replace view raw.settings as select cast(null as string) as setting, '
            ~ 'cast(null as string) as value where false'
        ) -%}
        {%- do run_query(
            'create or replace view raw.reading_notes as select cast(null as string) as source, '
            ~ 'cast(null as string) as source_file, cast(null as string) as note, '
            ~ 'cast(null as string) as detail where false'
        ) -%}
        {%- do run_query(
            'create or replace view raw.unreadable_lines as select cast(null as string) as source, '
            ~ 'cast(null as string) as source_file, cast(null as bigint) as source_row, '
            ~ 'cast(null as string) as line, cast(null as string) as error where false'
        ) -%}
    {%- endif -%}
{%- endmacro %}
