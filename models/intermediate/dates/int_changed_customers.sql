/* One row per customer whose facts are not those of the last finished run: new ones, changed ones,
   and those who are gone. Not asked where the run works out everything. */
{% if restates_everything() %}
select
    customer_id,
    false as has_other_overrides
from {{ ref('int_customer_fingerprints') }}
where 1 = 0
{% else %}
select
    coalesce(now.customer_id, before.customer_id) as customer_id,
    coalesce(now.override_fingerprint, 0) <> coalesce(before.override_fingerprint, 0) as has_other_overrides
from {{ ref('int_customer_fingerprints') }} as now
full outer join {{ audit_table('finished_fingerprints') }} as before
    on now.customer_id = before.customer_id
where
    now.fingerprint is distinct from (before.fingerprint)
    or now.override_fingerprint is distinct from (before.override_fingerprint)
{% endif %}
