/* One row per record and version, as likely matches compare it. What is no key, because too many records
   have it, is no evidence either. */
{{ config(materialized='view') }}
with

rules as (

    select
        cast(rule as string) as rule,
        cast(columns as string) as key_column
    from {{ ref('identity_rules') }}

),

keys_of_many as (

    select distinct
        rules.key_column,
        coalesce(keys.split_key, keys.key_value) as key_value
    from {{ ref('identity_keys') }} as keys
    inner join rules on keys.rule = rules.rule
    where keys.records > keys.most_records

)

select
    records.record_id,
    records.name,
    records.city,
    cast(records.birth_date as string) as birth_date,
    case when emails.key_value is null then records.email end as email,
    case when phones.key_value is null then records.phone end as phone,
    case when members.key_value is null then records.member_number end as member_number
from {{ ref('identity_records') }} as records
left join keys_of_many as emails
    on records.email || ' ' = emails.key_value and emails.key_column = 'email'
left join keys_of_many as phones
    on records.phone || ' ' = phones.key_value and phones.key_column = 'phone'
left join keys_of_many as members
    on records.member_number || ' ' = members.key_value and members.key_column = 'member_number'
