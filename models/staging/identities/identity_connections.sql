/* One row per level of trust and record that shares a key with another one: the label of the first record of
   all that are connected with it by keys of that level or of a stronger one.

   A label is passed on from key to key; the first record has the lowest. Eight rounds: records that are
   further apart than eight links stay apart, which goes_on tells. So there is no recursion, and every round
   reads the one before it once. */
{{ config(materialized='table') }}
{% set rounds = 8 %}
with

shared as (

    select
        record_id,
        trust,
        rule || ' ' || key_value as key_text
    from {{ ref('identity_shared_keys') }}

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

labelled as (

    select
        levels.level,
        shared.record_id,
        shared.key_text,
        {{ rank_of_system('shared.record_id') }}
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

)

select
    level,
    record_id,
    label,
    substr(label, 13) as first_record_id,
    max(case when lowest_label <> highest_label then 1 else 0 end) as goes_on
from settled
group by level, record_id, label
