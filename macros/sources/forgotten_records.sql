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
    {#- Views of the list with the other ids that runs have found, of the ids in it, and of those of their orders. -#}
    {%- set nulls = [] -%}
    {%- for column in raw_columns('deletions') if column != 'customer_id' -%}
        {%- do nulls.append(', cast(null as string) as ' ~ column) -%}
    {%- endfor -%}
    {%- do run_query(
        'create or replace view raw.deletions as select source_row, loaded_in, decimal_sign, date_order, customer_id'
        ~ ', ' ~ raw_columns('deletions') | reject('equalto', 'customer_id') | join(', ')
        ~ " from raw.deletions_files union all select cast(null as bigint), cast(1 as bigint), '.', cast(null as string), id"
        ~ nulls | join ~ ' from raw.connected_ids where asked_id in (select id from ('
        ~ ids_in('customer_id', 'raw.deletions_files') ~ ') as asked)'
    ) -%}
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
