/* One row per customer of the CRM's list: name, contacts and permitted channels.
   The one published table with personal columns; it is left out of the export unless EXPORT_PERSONAL says
   otherwise. */
with

latest_consents as (

    select
        customer_id,
        channel,
        is_permitted,
        row_number() over (
            partition by customer_id, channel order by since_at desc, is_permitted asc
        ) as place_back
    from {{ ref('int_consents') }}
    where outcome = 'accepted'

),

permitted as (

    select
        customer_id,
        {{ listed('case when is_permitted then channel end') }} as permitted_channels,
        {{ listed('case when not is_permitted then channel end') }} as refused_channels
    from latest_consents
    where place_back = 1
    group by customer_id

)

select
    records.customer_id,
    records.name,
    records.email,
    records.phone,
    records.birth_date,
    permitted.permitted_channels,
    permitted.refused_channels
from {{ ref('int_customer_records') }} as records
left join permitted on records.customer_id = permitted.customer_id
where records.outcome = 'accepted'
