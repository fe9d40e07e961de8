/* One row per id that stands in records and is not the customer's: that of another record of the person, or
   of a member of an account. By it every fact has its customer from staging on. */
{{ config(materialized='table') }}
with

persons as (

    select
        record_id,
        customer_id
    from {{ ref('identities') }}

),

members as (

    select
        customer_id,
        account_id
    from {{ ref('account_roll_ups') }}
    where account_id is not null

)

select
    persons.record_id,
    persons.customer_id as person_id,
    coalesce(members.account_id, persons.customer_id) as customer_id
from persons
left join members on persons.customer_id = members.customer_id
where persons.record_id <> coalesce(members.account_id, persons.customer_id)
union all
/* Members of one record. */
select
    members.customer_id as record_id,
    members.customer_id as person_id,
    members.account_id as customer_id
from members
left join persons on members.customer_id = persons.record_id
where persons.record_id is null
