{#- People who asked to be forgotten, in tables of a catalog. src/customer_tiering/forgotten.py says
    the same for files. -#}

{% macro forgotten_by() -%}
    {#- By which of its columns a record belongs to such a person; a referral belongs to two. -#}
    {{ return({
        'customers': 'customer_id',
        'orders': 'customer_id',
        'order_items': 'order_id',
        'refunds': 'customer_id',
        'interactions': 'customer_id',
        'events': 'customer_id',
        'tier_overrides': 'customer_id',
        'tickets': 'customer_id',
        'campaign_touches': 'customer_id',
        'opportunities': 'customer_id',
        'subscriptions': 'customer_id',
        'surveys': 'customer_id',
        'referrals': 'customer_id referred_customer_id',
        'social_profiles': 'customer_id',
    }) }}
{%- endmacro %}


{% macro forgotten_records(name, ids='raw.forgotten_ids') -%}
    {#- The condition under which a row of a table, known as `records`, belongs to such a person. -#}
    {%- set columns = forgotten_by()[name].split() -%}
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
