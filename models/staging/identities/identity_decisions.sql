/* One row per pair of ids of which people have decided something: the latest decision. The ids stand in their
   own order, whichever was named first. */
with

decisions as (

    select
        least(customer_id, other_customer_id) as customer_id,
        greatest(customer_id, other_customer_id) as other_customer_id,
        decision,
        author,
        reason,
        decided_at,
        source_row
    from {{ ref('stg_identity_decisions') }}
    where outcome = 'accepted' and customer_id <> other_customer_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, other_customer_id order by decided_at desc, source_row desc
        ) as place_back
    from decisions

)

select
    customer_id,
    other_customer_id,
    decision,
    author,
    reason,
    decided_at
from ranked
where place_back = 1
