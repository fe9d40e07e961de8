/* One row per pair of ids of which people have decided something: the latest decision. The ids stand in their
   own order, whichever was named first. With those on people who asked to be forgotten, until the run has
   found who else they are. */
with

raw as (

    select * from {{ source('crm', 'identity_decisions') }}
    union all
    select * from {{ source('crm', 'leaving_identity_decisions') }}

),

{{ decisions_of_people() }},

{{ resolve_versions('identity_decisions', key=['customer_id', 'other_customer_id', 'decided_at']) }},

decisions as (

    select
        least(customer_id, other_customer_id) as customer_id,
        greatest(customer_id, other_customer_id) as other_customer_id,
        decision,
        author,
        reason,
        decided_at,
        source_row
    from resolved
    where outcome = 'accepted'

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
