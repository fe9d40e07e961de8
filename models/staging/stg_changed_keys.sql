/* One row per source and key of which this run reads the records again, in all versions: the keys of
   records that came since the last finished run; of those that hang on an order or a customer in
   them; and of those that were rejected then, since what they lacked may have come. Empty where a run
   reads every record. */
{{- wait_for_config() }}
{% if reads_everything() %}
select
    cast(null as string) as source,
    cast(null as string) as record_id
from {{ source('crm', 'source_files') }}
where 1 = 0
{% else %}
{% set since = last_load_before() %}
with

rejected as (

    select
        source,
        record_id
    from {{ table_of('intermediate', 'int_rejected_records') }}
    where record_id is not null

),

order_keys as (

    select {{ trimmed('order_id') }} as order_id
    from {{ source('crm', 'orders') }}
    where loaded_in > {{ since }}
    union
    select record_id as order_id
    from rejected
    where source = 'orders'

),

/* Whoever an order of these was of, in any of its versions. */
customer_keys as (

    select {{ trimmed('customer_id') }} as customer_id
    from {{ source('crm', 'customers') }}
    where loaded_in > {{ since }}
    union
    select record_id as customer_id
    from rejected
    where source = 'customers'
    union
    select {{ trimmed('customer_id') }} as customer_id
    from {{ source('crm', 'orders') }}
    where {{ trimmed('order_id') }} in (select order_keys.order_id from order_keys)

),

keys as (

    select
        'orders' as source,
        order_id as record_id
    from order_keys
    union
    select
        'customers' as source,
        customer_id as record_id
    from customer_keys
    union
    select
        'order_items' as source,
        order_id as record_id
    from order_keys
    union
    select
        source,
        record_id
    from rejected
    {% for name, key in [
        ('order_items', 'order_id'), ('refunds', 'refund_id'), ('interactions', 'interaction_id'),
        ('events', 'event_id'),
    ] %}
    union
    select
        '{{ name }}' as source,
        {{ trimmed(key) }} as record_id
    from {{ source('crm', name) }}
    where
        loaded_in > {{ since }}
        {%- if name == 'refunds' %}
        or {{ trimmed('order_id') }} in (select order_keys.order_id from order_keys)
        {%- endif %}
        {%- if name != 'order_items' %}
        or {{ trimmed('customer_id') }} in (select customer_keys.customer_id from customer_keys)
        {%- endif %}
    {% endfor %}

)

select
    source,
    record_id
from keys
where record_id is not null
{% endif %}
