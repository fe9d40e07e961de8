/* One row per record of the customers export, typed, with its outcome and the person that it is of, who may
   be a member of an account. Attributes have no date of their own and are taken as known today. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_customers'}) }}
select
    records.source_row,
    records.customer_id as record_id,
    coalesce(moved.person_id, records.customer_id) as customer_id,
    records.name,
    records.email,
    records.phone,
    records.customer_type,
    records.business_line,
    records.industry,
    records.company_size,
    records.region,
    records.city,
    records.birth_date,
    records.gender,
    records.acquisition_channel,
    records.acquisition_cost,
    records.owner,
    records.parent_customer_id,
    records.role,
    records.created_at,
    records.updated_at,
    records.is_last_of_several,
    records.outcome,
    records.reject_reason
from {{ ref('stg_customers') }} as records
left join {{ ref('moved_ids') }} as moved on records.customer_id = moved.record_id
