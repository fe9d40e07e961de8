/* One row per customer of the CRM's list, and per member of an account: name, contacts and permitted
   channels. The one published table with personal columns; it is left out of the export unless
   EXPORT_PERSONAL says otherwise. */
with

records as (

    select
        *,
        row_number() over (
            partition by customer_id order by updated_at desc nulls last, record_id asc
        ) as place_back
    from {{ ref('int_customer_records') }}
    where outcome = 'accepted'

),

/* Of several records of one customer what was written last. */
contacts as (

    select
        customer_id,
        min_by(name, place_back) filter (where name is not null) as name,
        min_by(email, place_back) filter (where email is not null) as email,
        min_by(phone, place_back) filter (where phone is not null) as phone,
        min_by(birth_date, place_back) filter (where birth_date is not null) as birth_date
    from records
    group by customer_id

)

select
    contacts.customer_id,
    contacts.name,
    contacts.email,
    contacts.phone,
    contacts.birth_date,
    permitted.permitted_channels,
    permitted.refused_channels
from contacts
left join {{ ref('int_permitted_channels') }} as permitted on contacts.customer_id = permitted.customer_id
