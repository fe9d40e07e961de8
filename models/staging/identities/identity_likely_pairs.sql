/* One row per pair of records that are likely one person, with the weight of the evidence: of Fellegi and
   Sunter (1969), "A theory for record linkage", the sum over what was compared of log2(m / u), and that
   of any two records. What one of the two lacks counts nothing. Of several versions of a record those
   that fit best.

   m is the probability that records of one person agree to a level, u that those of two people do. */
{{ config(materialized='table') }}
with

levels as (

    select
        level,
        log2(cast(m_probability as double) / cast(u_probability as double)) as weight
    from {{ ref('identity_weights') }}

),

weights as (

    select
        {% for level in likely_levels() %}
        max(case when level = '{{ level }}' then weight end) as {{ level }},
        {% endfor %}
        count(*) as levels
    from levels

),

/* Of the records that stand in a pair: without weights none is read. */
ones as (

    select *
    from {{ ref('identity_compared_records') }}
    where record_id in (select candidates.record_id from {{ ref('identity_candidates') }} as candidates)

),

others as (

    select *
    from {{ ref('identity_compared_records') }}
    where record_id in (select candidates.other_record_id from {{ ref('identity_candidates') }} as candidates)

),

compared as (

    select
        {% for comparison in likely_comparisons() %}
        {{ likely_level(comparison.column, 'ones', 'others') }} as {{ comparison.column }},
        {% endfor %}
        candidates.record_id,
        candidates.other_record_id
    from {{ ref('identity_candidates') }} as candidates
    inner join ones on candidates.record_id = ones.record_id
    inner join others on candidates.other_record_id = others.record_id

),

weighed as (

    select
        compared.record_id,
        compared.other_record_id,
        {{ round_double(likely_weight('compared', 'weights'), 6) }} as weight,
        {{ likely_evidence('compared', 0, ', ') }} as evidence_en,
        {{ likely_evidence('compared', 1, '，') }} as evidence_zh
    from compared
    cross join weights

),

ranked as (

    select
        *,
        row_number() over (
            partition by record_id, other_record_id order by weight desc, evidence_en asc
        ) as place
    from weighed
    where weight >= {{ var('likely_review_weight') }}

)

select
    record_id,
    other_record_id,
    weight,
    evidence_en,
    evidence_zh,
    weight >= {{ var('likely_join_weight') }} as is_joined
from ranked
where place = 1
