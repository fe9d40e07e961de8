/* One row per record and key by which others are connected with it: exact keys that not too many records
   have, and likely matches, which are trusted least. */
{{ config(materialized='view') }}
select
    record_id,
    rule,
    trust,
    key_value
from {{ ref('identity_keys') }}
where connected_records > 1 and records <= most_records
{% for record in ['record_id', 'other_record_id'] %}
union all
select
    {{ record }} as record_id,
    'likely' as rule,
    10 as trust,
    record_id || ' ' || other_record_id as key_value
from {{ ref('identity_likely_pairs') }}
where is_joined
{% endfor %}
