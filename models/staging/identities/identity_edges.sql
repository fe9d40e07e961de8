/* One row per level of trust, record and key that it shares with another one, by keys of that level or of a
   stronger one. A record goes by its label, of which the first record of a person has the lowest; a key by
   the lowest label of its records: two keys of which that is the same one are connected by it anyhow. */
{{ config(materialized='table') }}
with

shared as (

    select
        record_id,
        trust,
        rule || ' ' || key_value as key_text
    from {{ ref('identity_shared_keys') }}

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
        shared.trust,
        shared.key_text,
        {{ rank_of_system('shared.record_id') }}
        || coalesce(cast(described.first_date as string), '9999-12-31') || shared.record_id as record_label
    from shared
    left join described on shared.record_id = described.record_id

),

edges as (

    select
        trust,
        record_label,
        min(record_label) over (partition by key_text) as key_label
    from labelled

),

levels as (

    select distinct trust as level
    from shared

)

select distinct
    levels.level,
    edges.record_label,
    edges.key_label
from edges
inner join levels on edges.trust <= levels.level
