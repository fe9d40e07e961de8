{% macro register_catalog_source(name, schema, types, forgotten=none) -%}
    {#- One source. Its rows need numbers that stay the same during a build. A table that has the
        column source_row is read where it is; of another a numbered copy is made.
        Args: types: the type of each column that the table has; none where there is no table.
        forgotten: the condition of the rows that are left out, if there are any; asked whenever the source is read,
        as a run finds more people who are to be forgotten. With them the source is `raw.<name>_files`. -#}
    {%- set values = [
        'cast(1 as bigint) as loaded_in', "'.' as decimal_sign", 'cast(null as string) as date_order',
    ] -%}
    {%- for column in raw_columns(name) -%}
        {%- set text = 'cast(' ~ column ~ ' as string)' if types and column in types else 'cast(null as string)' -%}
        {#- An instant is moved to the business time zone; without a zone it would be taken as local. -#}
        {%- set is_instant = types and types.get(column) == 'timestamp' -%}
        {%- do values.append(text ~ (" || '+00'" if is_instant) ~ ' as ' ~ column) -%}
    {%- endfor -%}
    {%- set from_table = ' from ' ~ schema ~ '.' ~ name if types else ' where false' -%}
    {%- set view = 'raw.' ~ name ~ ('_files' if forgotten else '') -%}
    {%- set select_values = ', ' ~ values | join(', ') ~ from_table -%}
    {%- do run_query('drop table if exists raw.' ~ name ~ '_numbered') -%}
    {%- if types and 'source_row' not in types -%}
        {%- do run_query(
            'create table raw.' ~ name ~ '_numbered as select monotonically_increasing_id() + 1 as source_row'
            ~ select_values
        ) -%}
        {%- do run_query('create or replace view ' ~ view ~ ' as select * from raw.' ~ name ~ '_numbered') -%}
    {%- else -%}
        {%- do run_query(
            'create or replace view ' ~ view ~ ' as select cast('
            ~ ('source_row' if types else 'null') ~ ' as bigint) as source_row' ~ select_values
        ) -%}
    {%- endif -%}
    {%- if forgotten -%}
        {%- do run_query(
            'create or replace view raw.' ~ name ~ ' as select * from ' ~ view ~ ' as records where not ' ~ forgotten
        ) -%}
    {%- endif -%}
    {%- if name in ['customers', 'identity_decisions'] -%}
        {%- set leaving = forgotten_records(name, 'raw.forgotten_customers') if forgotten else 'false' -%}
        {%- do run_query(
            'create or replace view raw.leaving_' ~ name ~ ' as select * from ' ~ view ~ ' as records where ' ~ leaving
        ) -%}
    {%- endif -%}
{%- endmacro %}
