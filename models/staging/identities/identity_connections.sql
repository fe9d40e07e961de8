/* One row per level of trust and record that shares a key with another one: the label of the first record of
   all that are connected with it by keys of that level or of a stronger one.

   A label is passed on from key to key; the first record has the lowest. Eight rounds: records that are
   further apart than eight links stay apart, which goes_on tells. So there is no recursion, and every round
   reads the one before it once. */
{{ config(materialized='table') }}
{% set rounds = 8 %}
with

edges as (

    select * from {{ ref('identity_edges') }}

),

round_0 as (

    select
        level,
        record_label,
        min(key_label) as label
    from edges
    group by level, record_label

),

{% for round in range(1, rounds) %}
keys_{{ round }} as (

    select
        edges.level,
        edges.key_label,
        min(round_{{ round - 1 }}.label) as label
    from edges
    inner join round_{{ round - 1 }}
        on
            edges.level = round_{{ round - 1 }}.level
            and edges.record_label = round_{{ round - 1 }}.record_label
    group by edges.level, edges.key_label

),

round_{{ round }} as (

    select
        edges.level,
        edges.record_label,
        min(keys_{{ round }}.label) as label
    from edges
    inner join keys_{{ round }}
        on edges.level = keys_{{ round }}.level and edges.key_label = keys_{{ round }}.key_label
    group by edges.level, edges.record_label

),

{% endfor %}
settled as (

    select
        edges.level,
        edges.record_label,
        last_round.label,
        min(last_round.label) over (partition by edges.level, edges.key_label) as lowest_label,
        max(last_round.label) over (partition by edges.level, edges.key_label) as highest_label
    from edges
    inner join round_{{ rounds - 1 }} as last_round
        on edges.level = last_round.level and edges.record_label = last_round.record_label

)

select
    level,
    substr(record_label, 13) as record_id,
    label,
    substr(label, 13) as first_record_id,
    max(case when lowest_label <> highest_label then 1 else 0 end) as goes_on
from settled
group by level, record_label, label
