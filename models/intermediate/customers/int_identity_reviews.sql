/* One row per key that too many records share, per group of records that keys connect and that are no one
   person, per pair of records that are likely one, and per parent of records that do not roll up to it: what
   was not taken for one customer, and why. Counted with people who asked to be forgotten, where their records
   still come, and without their ids. */
with

forgotten as (

    select customer_id
    from {{ ref('int_forgotten_customers') }}

),

rules as (

    select
        cast(rule as string) as rule,
        cast(meaning_en as string) as meaning_en,
        cast(meaning_zh as string) as meaning_zh
    from {{ ref('identity_rules') }}

),

/* At the most trusted level at which it shows: what less trusted keys add says nothing new. */
groups as (

    select
        *,
        first_record_id as group_id,
        min(level) over (partition by first_record_id) as first_level
    from {{ ref('identity_links') }}
    where problem is not null and record_id not in (select forgotten.customer_id from forgotten)

),

connected as (

    select
        problem,
        records,
        coalesce(
            max(case when record_id = group_id then record_id end), min(record_id)
        ) as first_record_id,
        max(record_id) as last_record_id
    from groups
    where level = first_level
    group by problem, records, group_id

),

/* Neither likely enough to be joined, nor connected by others. */
likely as (

    select
        pairs.*,
        cast(cast(pairs.weight as decimal(9, 1)) as string) as weight_text
    from {{ ref('identity_likely_pairs') }} as pairs
    left join {{ ref('identities') }} as one on pairs.record_id = one.record_id
    left join {{ ref('identities') }} as other on pairs.other_record_id = other.record_id
    where
        not pairs.is_joined
        and coalesce(one.customer_id, pairs.record_id) <> coalesce(other.customer_id, pairs.other_record_id)
        and pairs.record_id not in (select forgotten.customer_id from forgotten)
        and pairs.other_record_id not in (select forgotten.customer_id from forgotten)

),

reviews as (

    select
        shared.problem,
        shared.records,
        shared.first_record_id,
        shared.last_record_id,
        case shared.problem
            when 'names_differ' then 'different names, '
            when 'contacts_differ' then 'different contacts, '
            else 'more than ' || cast(shared.most_records as string) || ' records, '
        end || rules.meaning_en as because_en,
        case shared.problem
            when 'names_differ' then '姓名不同，'
            when 'contacts_differ' then '联系方式不同，'
            else '超过' || cast(shared.most_records as string) || '条记录'
        end || rules.meaning_zh as because_zh
    from {{ ref('int_shared_keys') }} as shared
    inner join rules on shared.rule = rules.rule
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
    select
        'likely_match' as problem,
        2 as records,
        record_id as first_record_id,
        other_record_id as last_record_id,
        'likely one customer, weight ' || weight_text || ': ' || evidence_en as because_en,
        '可能是同一客户，权重' || weight_text || '：' || evidence_zh as because_zh
    from likely
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
