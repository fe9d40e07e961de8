/* One row per key that too many records share, and per group of records that keys connect and that are no one
   person: what was not taken for one customer, and why. Counted with people who asked to be forgotten, where
   their records still come, and without their ids. */
-- depends_on: {{ ref('identities_forgotten') }}
with

forgotten as (

    {{ forgotten_customers() }}

),

rules as (

    select
        cast(rule as string) as rule,
        cast(meaning_en as string) as meaning_en,
        cast(meaning_zh as string) as meaning_zh
    from {{ ref('identity_rules') }}

),

shared_keys as (

    select
        rule,
        most_records,
        max(records) as records,
        min(record_id) as first_record_id,
        max(record_id) as last_record_id
    from {{ ref('identity_keys') }}
    where records > most_records and record_id not in (select forgotten.customer_id from forgotten)
    group by rule, most_records, key_value

),

/* Two keys of the same rule that the same records share say the same. */
keys_of_many as (

    select
        rule,
        most_records,
        first_record_id,
        last_record_id,
        max(records) as records
    from shared_keys
    group by rule, most_records, first_record_id, last_record_id

),

/* Of several customers, by whatever else may connect their records. */
keys_of_several_names as (

    select
        keys.rule,
        count(distinct keys.record_id) as records,
        min(keys.record_id) as first_record_id,
        max(keys.record_id) as last_record_id
    from {{ ref('identity_keys') }} as keys
    left join {{ ref('identities') }} as identities on keys.record_id = identities.record_id
    where keys.split_key is not null and keys.record_id not in (select forgotten.customer_id from forgotten)
    group by keys.rule, keys.split_key
    having count(distinct coalesce(identities.customer_id, keys.record_id)) > 1

),

/* At the most trusted level at which it shows: what less trusted keys add says nothing new. */
groups as (

    select
        *,
        min(level) over (partition by first_record_id) as first_level
    from {{ ref('identity_links') }}
    where problem is not null and record_id not in (select forgotten.customer_id from forgotten)

),

connected as (

    select
        problem,
        records,
        coalesce(
            max(case when record_id = first_record_id then record_id end), min(record_id)
        ) as first_record_id,
        max(record_id) as last_record_id
    from groups
    where level = first_level
    group by problem, records, groups.first_record_id

),

reviews as (

    select
        'key_of_many' as problem,
        keys_of_many.records,
        keys_of_many.first_record_id,
        keys_of_many.last_record_id,
        'more than ' || cast(keys_of_many.most_records as string) || ' records, '
        || rules.meaning_en as because_en,
        '超过' || cast(keys_of_many.most_records as string) || '条记录' || rules.meaning_zh as because_zh
    from keys_of_many
    inner join rules on keys_of_many.rule = rules.rule
    union all
    select
        'names_differ' as problem,
        max(named.records) as records,
        named.first_record_id,
        named.last_record_id,
        'different names, ' || rules.meaning_en as because_en,
        '姓名不同，' || rules.meaning_zh as because_zh
    from keys_of_several_names as named
    inner join rules on named.rule = rules.rule
    group by named.first_record_id, named.last_record_id, rules.meaning_en, rules.meaning_zh
    union all
    select
        problem,
        records,
        first_record_id,
        last_record_id,
        case problem
            when 'decided_different' then 'people have decided that two of them are different'
            when 'too_many_names' then 'more names than {{ var("most_names_of_a_person") }}'
            else 'more records than {{ var("most_records_of_a_person") }}, or connected over many others'
        end as because_en,
        case problem
            when 'decided_different' then '人工判定其中有两个不是同一客户'
            when 'too_many_names' then '姓名超过{{ var("most_names_of_a_person") }}个'
            else '记录超过{{ var("most_records_of_a_person") }}条，或经过多条其他记录间接相连'
        end as because_zh
    from connected

)

select
    problem,
    records,
    first_record_id,
    last_record_id,
    because_en,
    because_zh
from reviews
