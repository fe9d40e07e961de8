/* One row per level of trust and record that shares a key with another one: the first record of all that are
   connected with it by keys of that level or of a stronger one, and whether these make one person.

   The label of a record is passed on from key to key; its first record has the lowest. Eight rounds: records
   that are further apart than eight links are not taken for one person, and neither is any between them. So
   there is no recursion, and every round reads the one before it once. */
{{ config(materialized='table') }}
{% set rounds = 8 %}
with

shared as (

    select
        record_id,
        trust,
        rule || ' ' || key_value as key_text
    from {{ ref('identity_keys') }}
    where records between 2 and most_records

),

levels as (

    select distinct trust as level
    from shared

),

described as (

    select
        record_id,
        min(created_date) as first_date
    from {{ ref('identity_records') }}
    group by record_id

),

/* The first system's ids have no system before them. */
labelled as (

    select
        levels.level,
        shared.record_id,
        shared.key_text,
        case when {{ system_of('shared.record_id') }} is null then '0' else '1' end
        || coalesce(cast(described.first_date as string), '9999-12-31') || shared.record_id as label
    from shared
    inner join levels on shared.trust <= levels.level
    left join described on shared.record_id = described.record_id

),

{% for round in range(rounds) %}
{% set before = 'labelled' if loop.first else 'round_' ~ (round - 1) %}
keys_{{ round }} as (

    select
        level,
        record_id,
        key_text,
        min(label) over (partition by level, key_text) as label
    from {{ before }}

),

round_{{ round }} as (

    select
        level,
        record_id,
        key_text,
        min(label) over (partition by level, record_id) as label
    from keys_{{ round }}

),

{% endfor %}
settled as (

    select
        *,
        min(label) over (partition by level, key_text) as lowest_label,
        max(label) over (partition by level, key_text) as highest_label
    from round_{{ rounds - 1 }}

),

connected as (

    select
        level,
        record_id,
        label,
        max(case when lowest_label <> highest_label then 1 else 0 end) as goes_on
    from settled
    group by level, record_id, label

),

named as (

    select
        connected.level,
        connected.label,
        count(distinct records.name) as names
    from connected
    inner join {{ ref('identity_records') }} as records on connected.record_id = records.record_id
    group by connected.level, connected.label

),

/* Two of whom people have decided that they are not one. */
parted as (

    select distinct
        one.level,
        one.label
    from {{ ref('identity_decisions') }} as decisions
    inner join connected as one on decisions.customer_id = one.record_id
    inner join connected as other
        on
            decisions.other_customer_id = other.record_id
            and one.level = other.level
            and one.label = other.label
    where decisions.decision = 'different'

),

groups as (

    select
        connected.level,
        connected.label,
        count(*) as records,
        max(connected.goes_on) as goes_on
    from connected
    group by connected.level, connected.label

)

select
    connected.level,
    connected.record_id,
    substr(connected.label, 12) as first_record_id,
    case
        when parted.label is not null then 'decided_different'
        when groups.goes_on = 1 or groups.records > {{ var('most_records_of_a_person') }}
            then 'too_many_records'
        when named.names > {{ var('most_names_of_a_person') }} then 'too_many_names'
    end as problem,
    groups.records
from connected
inner join groups on connected.level = groups.level and connected.label = groups.label
left join named on connected.level = named.level and connected.label = named.label
left join parted on connected.level = parted.level and connected.label = parted.label
