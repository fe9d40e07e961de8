/* One row per customer whose records are not those of the last finished run: ids that are of another person
   or account now, or not any more, and the customers in question before and after. Empty where a run reads
   every record. */
{{ config(materialized='table') }}
-- depends_on: {{ ref('identities') }}, {{ ref('account_roll_ups') }}
{% if reads_everything() %}
select record_id as customer_id
from {{ ref('identities') }}
where 1 = 0
{% else %}
with

regrouped as (

    select
        coalesce(now.record_id, before.record_id) as record_id,
        coalesce(now.customer_id, now.record_id, before.record_id) as customer_id,
        coalesce(before.customer_id, before.record_id, now.record_id) as customer_id_before
    from {{ ref('identities') }} as now
    full outer join {{ audit_table('finished_identities') }} as before on now.record_id = before.record_id
    where now.customer_id is distinct from (before.customer_id)

),

rolled_up as (

    select
        coalesce(now.customer_id, before.customer_id) as customer_id,
        now.account_id,
        before.account_id as account_id_before
    from {{ ref('account_roll_ups') }} as now
    full outer join {{ audit_table('finished_roll_ups') }} as before on now.customer_id = before.customer_id
    where now.account_id is distinct from (before.account_id)

)

select customer_id from regrouped
union
select customer_id_before as customer_id from regrouped
union
select record_id as customer_id from regrouped
union
select customer_id from rolled_up
union
select account_id as customer_id from rolled_up
where account_id is not null
union
select account_id_before as customer_id from rolled_up
where account_id_before is not null
{% endif %}
