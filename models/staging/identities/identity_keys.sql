/* One row per record, rule and key: what the record has that only one person should have, by the rules of
   the seed identity_rules; and a key for every two records of which people have said that they are one.
   Keys say who people are; one that a single record has says nothing. By some rules records with different
   names share no key, as those of a family with one phone, or records with different contacts, as those of
   people of one name. */
{{ config(materialized='table') }}
with

values_of_records as (

    select * from {{ ref('identity_values') }}

),

/* Most keys are of one record: they go before anything is compared. */
shared_values as (

    select
        rule,
        key_value
    from values_of_records
    group by rule, key_value
    having min(record_id) <> max(record_id) or max(is_link)

),

judged as (

    select
        held.*,
        case
            when
                held.unless = 'names_differ'
                and min(held.name_key) over of_key <> max(held.name_key) over of_key
                then held.unless
            when held.unless <> 'contacts_differ' then null
            when min(held.email) over of_key <> max(held.email) over of_key then held.unless
            when min(held.phone) over of_key <> max(held.phone) over of_key then held.unless
        end as differs
    from values_of_records as held
    inner join shared_values as shared
        on held.rule = shared.rule and held.key_value = shared.key_value
    window of_key as (partition by held.rule, held.key_value)

),

/* Who is linked has the key of the link, too. */
linked as (

    select distinct
        records.linked_customer_id as record_id,
        rules.rule,
        cast(rules.trust as integer) as trust,
        cast(rules.most_records as integer) as most_records,
        records.linked_customer_id || ' ' as key_value,
        cast(null as string) as differs,
        cast(null as string) as split_key
    from {{ ref('identity_records') }} as records
    inner join {{ ref('identity_rules') }} as rules on rules.columns = 'linked_customer_id'
    where records.linked_customer_id is not null

),

decided as (

    {% for column in ['customer_id', 'other_customer_id'] %}
    select
        {{ column }} as record_id,
        customer_id || ' ' || other_customer_id as key_value
    from {{ ref('identity_decisions') }}
    where decision = 'same'
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

keys as (

    select distinct
        record_id,
        rule,
        trust,
        most_records,
        /* Without a name: with the one name that there is, with none of several. */
        case differs
            when 'names_differ' then key_value || coalesce(name_key, ' ' || record_id)
            when 'contacts_differ' then key_value || ' ' || record_id
            else key_value
        end as key_value,
        differs,
        case when differs is not null then key_value end as split_key
    from judged
    union
    select * from linked
    union
    select
        record_id,
        'decision' as rule,
        0 as trust,
        2 as most_records,
        key_value,
        null as differs,
        null as split_key
    from decided

)

select
    *,
    count(*) over (partition by rule, coalesce(split_key, key_value)) as records,
    count(*) over (partition by rule, key_value) as connected_records
from keys
