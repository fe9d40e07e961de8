/* One row per pair of records that have something in common and of which a key connects at least one with
   nobody: what likely matches are looked for in. Without weights there are none.

   What more than 20 records have in common is left out, so that there are never more than 19 pairs to a
   record and block. */
{{ config(materialized='table') }}
{% set most_records = 20 %}
with

/* One row if somebody has learned weights, else none: then nothing is read. */
weighed as (

    select min(level) as level
    from {{ ref('identity_weights') }}
    having count(*) > 0

),

connected as (

    select distinct keys.record_id
    from {{ ref('identity_keys') }} as keys
    inner join weighed on weighed.level is not null
    where keys.connected_records > 1 and keys.records <= keys.most_records

),

records as (

    select
        compared.*,
        connected.record_id is null as is_alone
    from {{ ref('identity_compared_records') }} as compared
    inner join weighed on weighed.level is not null
    left join connected on compared.record_id = connected.record_id

),

blocked as (

    {% for block, common in likely_blocks().items() %}
    select
        record_id,
        is_alone,
        '{{ block }} ' || {{ common }} as common
    from records
    where {{ common }} is not null
    {{ 'union' if not loop.last }}
    {% endfor %}

),

blocks as (

    select
        *,
        count(*) over (partition by common) as records,
        max(case when is_alone then 1 else 0 end) over (partition by common) as has_alone
    from blocked

),

bounded as (

    select
        record_id,
        is_alone,
        common
    from blocks
    where records between 2 and {{ most_records }} and has_alone = 1

)

select distinct
    one.record_id,
    other.record_id as other_record_id
from bounded as one
inner join bounded as other
    on one.common = other.common and one.record_id < other.record_id and (one.is_alone or other.is_alone)
left join {{ ref('identity_decisions') }} as decisions
    on one.record_id = decisions.customer_id and other.record_id = decisions.other_customer_id
where decisions.customer_id is null
