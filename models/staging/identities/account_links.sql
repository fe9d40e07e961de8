/* One row per customer whose record names a parent, and whether the link counts: not where nobody knows the
   parent, nor where one of the two is declared a consumer. By what is declared and the link alone, as known
   today: never by the business line at a date, which would move facts to and fro. A company that names itself
   as its parent names none. */
{{ config(materialized='table') }}
with

lines as (

    select
        cast(business_line as string) as business_line,
        cast(policy as string) as policy
    from {{ ref('business_lines') }}

),

records as (

    select
        *,
        row_number() over (
            partition by customer_id order by updated_at desc nulls last, record_id asc
        ) as place_back
    from {{ ref('account_records') }}

),

/* Of several records of one customer what was written last, as in int_customers. */
customers as (

    select
        customer_id,
        min_by(customer_type, place_back) filter (where customer_type is not null) as customer_type,
        min_by(business_line, place_back) filter (where business_line is not null) as business_line,
        min_by(parent_customer_id, place_back) filter (where parent_customer_id is not null)
            as parent_customer_id,
        min_by(role, place_back) filter (where role is not null) as role,
        min(created_date) as since_date
    from records
    group by customer_id

),

/* A line of companies is one that has their policy. One that has the default policy, or that the seed does
   not know, says nothing. */
declared as (

    select
        customers.*,
        case
            when customers.customer_type in ('b2b', 'b2c') then customers.customer_type = 'b2c'
            else coalesce(lines.policy not in ('b2b', 'default'), false)
        end as is_consumer
    from customers
    left join lines on customers.business_line = lines.business_line

)

/* The parent may be named by any id of it. */
select
    declared.customer_id,
    coalesce(identities.customer_id, declared.parent_customer_id) as parent_id,
    declared.role,
    declared.since_date,
    case
        when parents.customer_id is null then 'parent_unknown'
        when declared.is_consumer or parents.is_consumer then 'parent_of_consumer'
    end as problem
from declared
left join {{ ref('identities') }} as identities on declared.parent_customer_id = identities.record_id
left join declared as parents
    on coalesce(identities.customer_id, declared.parent_customer_id) = parents.customer_id
where
    declared.parent_customer_id is not null
    and declared.customer_id <> coalesce(identities.customer_id, declared.parent_customer_id)
