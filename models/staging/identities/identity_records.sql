/* One row per record of a person in the list of customers, in every version that came, with what tells who it
   is; and one per id of an order that is an e-mail. Read whole in every run: who is connected with whom can
   depend on anybody. */
{{ config(materialized='table') }}
{{- wait_for_config() }}
with

/* With those of people who asked to be forgotten: they say who else these are, and leave at the end. */
customers as (

    select * from {{ source('crm', 'customers') }}
    union all
    select * from {{ source('crm', 'leaving_customers') }}

),

listed as (

    select
        {{ clean_id('customer_id') }} as record_id,
        lower({{ replace_all(clean_text('name'), ' +', ' ') }}) as name,
        {{ clean_id('email') }} as email,
        {{ clean_id('phone') }} as phone,
        lower({{ clean_text('city') }}) as city,
        cast({{ parse_timestamp('birth_date') }} as date) as birth_date,
        lower({{ clean_id('member_number') }}) as member_number,
        {{ clean_id('union_id') }} as union_id,
        {{ clean_id('linked_customer_id') }} as linked_customer_id,
        cast({{ parse_timestamp('created_at') }} as date) as created_date
    from customers

),

/* The guests of a shop. */
ordering as (

    select distinct {{ clean_id('customer_id') }} as record_id
    from {{ source('crm', 'orders') }}
    where customer_id like '%@%' or customer_id like '%＠%'
    union
    select {{ clean_id('customer_id') }} as record_id
    from {{ source('crm', 'deletions') }}
    where customer_id like '%@%' or customer_id like '%＠%'

),

guests as (

    select
        ordering.record_id,
        cast(null as string) as name,
        ordering.record_id as email,
        cast(null as string) as phone,
        cast(null as string) as city,
        cast(null as date) as birth_date,
        cast(null as string) as member_number,
        cast(null as string) as union_id,
        cast(null as string) as linked_customer_id,
        cast(null as date) as created_date
    from ordering
    left join listed on ordering.record_id = listed.record_id
    where listed.record_id is null

),

records as (

    select * from listed
    where email is not null or record_id not like '%@%'
    union
    select
        record_id,
        name,
        record_id as email,
        phone,
        city,
        birth_date,
        member_number,
        union_id,
        linked_customer_id,
        created_date
    from listed
    where email is null and record_id like '%@%'
    union
    select * from guests

)

select
    record_id,
    name,
    {{ email_key('email') }} as email,
    {{ phone_key('phone') }} as phone,
    city,
    birth_date,
    member_number,
    union_id,
    linked_customer_id,
    created_date
from records
where record_id is not null and {{ id_problem('record_id') }} is null
