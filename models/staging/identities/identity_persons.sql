/* One row per record that is one of several of a person: whose it is, and why. By the weakest level of trust
   at which all that are connected make one person: what the stronger keys hold stays together. Also of people
   who asked to be forgotten, until the run has found all of their ids. */
{{ config(materialized='table') }}
with

/* The last level without a problem. A level has all connections of those before it, so that its persons are
   whole ones of them, put together. */
placed as (

    select
        record_id,
        first_record_id,
        row_number() over (partition by record_id order by level desc) as place_back
    from {{ ref('identity_links') }}
    where problem is null

),

persons as (

    select
        record_id,
        first_record_id as customer_id,
        count(*) over (partition by first_record_id) as records
    from placed
    where place_back = 1

),

/* Which of its keys another record of the person has. */
shared as (

    select
        persons.record_id,
        keys.rule,
        count(*) over (partition by persons.customer_id, keys.rule, keys.key_value) as records
    from persons
    inner join {{ ref('identity_shared_keys') }} as keys on persons.record_id = keys.record_id

),

rules as (

    select distinct
        record_id,
        rule
    from shared
    where records > 1

),

reasons as (

    select
        record_id,
        {{ listed('rule') }} as matched_by
    from rules
    group by record_id

),

decisions as (

    select
        customer_id,
        other_customer_id,
        author
    from {{ ref('identity_decisions') }}
    where decision = 'same'

),

authors as (

    select
        customer_id as record_id,
        author
    from decisions
    union
    select
        other_customer_id as record_id,
        author
    from decisions

),

deciders as (

    select
        record_id,
        {{ listed('author') }} as decided_by
    from authors
    group by record_id

),

first_dates as (

    select
        record_id,
        min(created_date) as first_date
    from {{ ref('identity_records') }}
    group by record_id

)

select
    persons.record_id,
    persons.customer_id,
    {{ system_of('persons.record_id') }} as system,
    reasons.matched_by,
    deciders.decided_by,
    first_dates.first_date
from persons
left join reasons on persons.record_id = reasons.record_id
left join deciders on persons.record_id = deciders.record_id
left join first_dates on persons.record_id = first_dates.record_id
where persons.records > 1
