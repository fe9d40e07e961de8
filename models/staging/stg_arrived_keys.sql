/* One row per source and key of which something is new to this run: records that came since the last finished
   run; those that were rejected as dated too late, whose day may have come; orders and records of customers
   who have been regrouped. Empty where a run reads every record. */
{{- config(materialized='table') }}
{{- wait_for_config() }}
-- depends_on: {{ ref('regrouped_customers') }}
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
    where record_id is not null and reject_reason = 'future_date'

)

{% for name, key in record_keys().items() %}
select
    '{{ name }}' as source,
    {{ clean_id(key) }} as record_id
from {{ source('crm', name) }}
where loaded_in > {{ since }}
union
{% endfor %}
select * from rejected
union
{% for name, (table_name, key) in {
    'orders': ('int_orders', 'order_id'), 'customers': ('int_customer_records', 'record_id'),
}.items() %}
{{ 'union' if not loop.first }}
select
    '{{ name }}' as source,
    {{ key }} as record_id
from {{ table_of('intermediate', table_name) }}
where customer_id in (select persons.customer_id from {{ ref('regrouped_customers') }} as persons)
{% endfor %}
{% endif %}
