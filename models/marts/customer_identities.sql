/* One row per record that is one of several of a customer: whose it is, and why. Whoever is not here has one
   record, whose id is the customer's. */
with

/* Ids of customers who were shown, and became records of another one. */
merged as (

    select
        customer_id as record_id,
        max(published_at) as merged_at
    from {{ ref('tier_publications') }}
    where merged_into is not null
    group by customer_id

)

select
    identities.record_id,
    identities.customer_id,
    identities.system,
    identities.matched_by,
    identities.decided_by,
    identities.first_date,
    case when identities.record_id <> identities.customer_id then merged.merged_at end as merged_at
from {{ ref('int_customer_identities') }} as identities
left join merged on identities.record_id = merged.record_id
