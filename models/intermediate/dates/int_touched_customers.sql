/* One row per customer of whom this run has read a record, in whatever version. Empty where it
   reads every record. */
{% set facts = ['stg_refunds', 'stg_interactions', 'stg_events', 'stg_campaign_touches'] %}
{% for model_name in facts %}
-- depends_on: {{ ref(model_name) }}
{% endfor %}
{% if reads_everything() %}
select record_id as customer_id
from {{ ref('stg_changed_keys') }}
where 1 = 0
{% else %}
select record_id as customer_id
from {{ ref('stg_changed_keys') }}
where source = 'touched'
{% for model_name in facts %}
union
select customer_id from {{ ref(model_name) }}
{% endfor %}
{% endif %}
