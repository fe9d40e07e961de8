/* One row per key that too many records share, per group of records that keys connect and that are no one
   person, and per parent of records that do not roll up to it: what was not taken for one customer, why. */
with

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
        count(*) as records,
        min(record_id) as first_record_id,
        max(record_id) as last_record_id
    from {{ ref('identity_keys') }}
    where records > most_records
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

/* At the most trusted level at which it shows: what less trusted keys add says nothing new. */
groups as (

    select
        *,
        min(level) over (partition by first_record_id) as first_level
    from {{ ref('identity_links') }}
    where problem is not null

),

connected as (

    select
        problem,
        records,
        first_record_id,
        max(record_id) as last_record_id
    from groups
    where level = first_level
    group by problem, records, first_record_id

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
    union all
    select * from {{ ref('int_account_reviews') }}

)

select
    problem,
    records,
    first_record_id,
    last_record_id,
    because_en,
    because_zh
from reviews
