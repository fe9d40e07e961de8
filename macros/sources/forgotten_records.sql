{#- People who asked to be forgotten, in tables of a catalog. src/customer_tiering/reading/forgotten.py says
    the same for files. -#}

{% macro forgotten_records(name, ids='raw.forgotten_ids') -%}
    {#- The condition under which a row of a table, known as `records`, belongs to such a person. -#}
    {%- set columns = meta_of_source(name).forgotten_by -%}
    exists (
        select 1 from {{ ids }} as forgotten
        where forgotten.column_name = '{{ columns[0] }}'
            and forgotten.id in (
                {%- for column in columns -%}
                    {{ clean_id('cast(records.' ~ column ~ ' as string)') }}{{ ', ' if not loop.last }}
                {%- endfor -%}
            )
    )
{%- endmacro %}


{% macro register_forgotten_ids(schema) -%}
    {#- Views of the ids in raw.deletions, and of the ids of their orders. -#}
    {%- do run_query(
        'create or replace view raw.forgotten_customers as ' ~ ids_in('customer_id', 'raw.deletions')
    ) -%}
    {%- set orders = '(select cast(order_id as string) as order_id from ' ~ schema ~ '.orders as records where '
        ~ forgotten_records('orders', 'raw.forgotten_customers') ~ ')' -%}
    {%- do run_query(
        'create or replace view raw.forgotten_ids as select * from raw.forgotten_customers union all '
        ~ ids_in('order_id', orders)
    ) -%}
{%- endmacro %}


{% macro ids_in(column, rows) -%}
    {#- The ids in a column of some rows, each once, without those that are none. -#}
    select distinct '{{ column }}' as column_name, id
    from (select {{ clean_id(column) }} as id from {{ rows }}) where id is not null
{%- endmacro %}
