/* One row per record of what people have decided of two ids, typed, each with its outcome. One that does not
   say why and by whom is rejected: nobody could explain it. */
-- depends_on: {{ ref('identities_forgotten') }}
with

raw as (

    select * from {{ source('crm', 'identity_decisions') }}

),

{{ decisions_of_people() }},

{{ resolve_versions('identity_decisions', key=['customer_id', 'other_customer_id', 'decided_at']) }}

select * from resolved
