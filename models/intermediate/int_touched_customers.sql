/* One row per customer of whom this run has read a record, in whatever version. Empty where it
   reads every record. */
-- depends_on: {{ ref('stg_refunds') }}
-- depends_on: {{ ref('stg_interactions') }}
-- depends_on: {{ ref('stg_events') }}
{% if reads_everything() %}
select record_id as customer_id
from {{ ref('stg_changed_keys') }}
where 1 = 0
{% else %}
select record_id as customer_id
from {{ ref('stg_changed_keys') }}
where source = 'touched'
union
select customer_id from {{ ref('stg_refunds') }}
union
select customer_id from {{ ref('stg_interactions') }}
union
select customer_id from {{ ref('stg_events') }}
{% endif %}
