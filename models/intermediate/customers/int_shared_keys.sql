/* One row per rule and first and last record that share what would be a key, and is not one person's: too
   many records have it, or records of several customers whose names or contacts differ. Nobody is named who
   asked to be forgotten, but counted, where their records still come. */
with

forgotten as (

    select customer_id
    from {{ ref('int_forgotten_customers') }}

),

keys as (

    select
        keys.record_id,
        keys.rule,
        keys.most_records,
        keys.records,
        keys.differs,
        coalesce(keys.split_key, keys.key_value) as shared_value,
        coalesce(identities.customer_id, keys.record_id) as customer_id
    from {{ ref('identity_keys') }} as keys
    left join {{ ref('identities') }} as identities on keys.record_id = identities.record_id
    where
        (keys.records > keys.most_records or keys.split_key is not null)
        and keys.record_id not in (select forgotten.customer_id from forgotten)

),

shared as (

    select
        case when records > most_records then 'key_of_many' else max(differs) end as problem,
        rule,
        most_records,
        max(records) as records,
        min(record_id) as first_record_id,
        max(record_id) as last_record_id
    from keys
    group by rule, most_records, records > most_records, shared_value
    having max(records) > most_records or count(distinct customer_id) > 1

)

/* Two keys of the same rule that the same records share say the same. */
select
    problem,
    rule,
    most_records,
    first_record_id,
    last_record_id,
    max(records) as records
from shared
group by problem, rule, most_records, first_record_id, last_record_id
