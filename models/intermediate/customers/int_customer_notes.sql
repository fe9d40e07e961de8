/* One row per thing that people should know of the customers that were read: how many records it is about,
   and an example. */
with

alike as (

    select
        count(*) as alike_count,
        min(first_id) as first_id,
        min_by(last_id, first_id) as last_id
    from (
        select
            min(customer_id) as first_id,
            max(customer_id) as last_id
        from {{ ref('int_customers') }}
        group by lower(customer_id)
        having count(*) > 1
    ) as pairs

),

/* Customer ids are published: what is a contact is told, and not repeated as an example. */
contacts as (

    select count(*) as contact_count
    from {{ ref('int_customers') }}
    where customer_id like '%@%' or {{ matches('customer_id', '^1[3-9][0-9]{9}$') }}

)

select
    'customers' as source,
    'ids_alike' as note,
    alike_count as records,
    first_id || ' / ' || last_id as example
from alike
union all
select
    'customers' as source,
    'ids_are_contacts' as note,
    contact_count as records,
    cast(null as string) as example
from contacts
union all
select
    'customers' as source,
    'last_of_several' as note,
    count(*) as records,
    min(record_id) as example
from {{ ref('int_customer_records') }}
where is_last_of_several
union all
select
    'customers' as source,
    case when problem in ('key_of_many', 'likely_match') then problem else 'not_one_customer' end as note,
    count(*) as records,
    min(
        case
            when first_record_id not like '%@%' and last_record_id not like '%@%'
                then first_record_id || ' / ' || last_record_id
        end
    ) as example
from {{ ref('int_identity_reviews') }}
where problem <> 'decided_different' and problem not like 'parent_%'
group by case when problem in ('key_of_many', 'likely_match') then problem else 'not_one_customer' end
union all
select
    'customers' as source,
    'one_customer' as note,
    count(*) as records,
    /* An id that is a contact is not repeated. */
    min(case when record_id not like '%@%' then record_id || ' = ' || customer_id end) as example
from {{ ref('identities') }}
where record_id <> customer_id
union all
select
    'customers' as source,
    'no_account' as note,
    coalesce(cast(sum(records) as bigint), 0) as records,
    min(case when first_record_id not like '%@%' then first_record_id end) as example
from {{ ref('int_account_reviews') }}
union all
select
    'customers' as source,
    'rolled_up' as note,
    count(*) as records,
    min(case when customer_id not like '%@%' then customer_id || ' / ' || account_id end) as example
from {{ ref('int_account_members') }}
