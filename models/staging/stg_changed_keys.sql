/* One row per source and key of which this run reads the records again, in all versions: those of
   stg_arrived_keys, and those that hang on an order or a customer in them. `is_known` tells that earlier runs
   have a record of that key. As the source `touched`: the customers of the orders in question. Empty where a
   run reads every record. */
{{- config(materialized='table') }}
{{- wait_for_config() }}
-- depends_on: {{ ref('stg_arrived_keys') }}, {{ ref('regrouped_customers') }}, {{ ref('moved_ids') }}
{% set keys = record_keys() %}
{% if reads_everything() %}
select
    cast(null as string) as source,
    cast(null as string) as record_id,
    cast(null as boolean) as is_known
from {{ source('crm', 'source_files') }}
where 1 = 0
{% else %}
{% set since = last_load_before() %}
with

arrived as (

    select * from {{ ref('stg_arrived_keys') }}

),

/* An item changes what its order cost; an order changes what becomes of its items and refunds; and what one
   refund takes back, another one of the order cannot. */
order_keys as (

    select record_id as order_id
    from arrived
    where source in ('orders', 'order_items')
    union
    select {{ clean_id('order_id') }} as order_id
    from {{ source('crm', 'refunds') }}
    where loaded_in > {{ since }}
    union
    select order_id
    from {{ table_of('intermediate', 'int_refund_records') }}
    where refund_id in (select arrived.record_id from arrived where arrived.source = 'refunds')

),

/* The customer of each of these orders, in any of its versions. */
named as (

    select {{ clean_id('customer_id') }} as customer_id
    from {{ source('crm', 'orders') }}
    where loaded_in > {{ since }}
    union
    select customer_id
    from {{ table_of('intermediate', 'int_orders') }}
    where order_id in (select order_keys.order_id from order_keys)
    union
    select record_id as customer_id
    from arrived
    where source = 'customers'
    union
    select customer_id from {{ ref('regrouped_customers') }}

),

/* By the ids in the records, and by those of their persons and accounts. */
touched as (

    select customer_id from named
    union
    select moved.person_id as customer_id
    from named
    inner join {{ ref('moved_ids') }} as moved on named.customer_id = moved.record_id
    union
    select moved.customer_id
    from named
    inner join {{ ref('moved_ids') }} as moved on named.customer_id = moved.record_id

),

changed as (

    select * from arrived
    union
    select 'order_items' as source, order_id as record_id from order_keys -- noqa: LT09
    union
    select 'touched' as source, customer_id as record_id from touched -- noqa: LT09
    {% for name, table_name in {
        'refunds': 'int_refund_records', 'interactions': 'int_interactions', 'events': 'int_events',
        'campaign_touches': 'int_campaign_touches',
    }.items() %}
    union
    select
        '{{ name }}' as source,
        {{ keys[name] }} as record_id
    from {{ table_of('intermediate', table_name) }}
    where
        customer_id in (select touched.customer_id from touched)
        {%- if name == 'refunds' %}
        or order_id in (select order_keys.order_id from order_keys)
        {%- endif %}
    {% endfor %}

),

known as (

    {% for name, table_name in {
        'customers': 'int_customer_records', 'orders': 'int_orders', 'order_items': 'int_order_items',
        'refunds': 'int_refund_records', 'interactions': 'int_interactions', 'events': 'int_events',
        'campaign_touches': 'int_campaign_touches',
    }.items() %}
    {% set key = 'record_id' if name == 'customers' else keys[name] %}
    select distinct
        '{{ name }}' as source,
        {{ key }} as record_id
    from {{ table_of('intermediate', table_name) }}
    where {{ key }} in (select changed.record_id from changed where changed.source = '{{ name }}')
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    changed.source,
    changed.record_id,
    known.record_id is not null as is_known
from changed
left join known on changed.source = known.source and changed.record_id = known.record_id
where changed.record_id is not null
{% endif %}
