/* One row per customer of the candidate, with the reason in words. A view: the sentences are long,
   and written once, where they are published. */
{{ config(schema='audit', materialized='view') }}
{% set methods = weighted_methods() %}
with

method_labels as (

    {{ method_labels(methods) }}

)

select
    candidate.*,
    {{ tier_reason_en(methods) }} as reason_en,
    {{ tier_reason_zh(methods) }} as reason_zh
from {{ ref('customer_tier_candidate') }} as candidate
cross join method_labels
