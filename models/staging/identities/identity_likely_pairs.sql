/* One row per pair of records that are likely one person, with the weight of the evidence: of Fellegi and Sunter (1969),
   "A theory for record linkage", the sum over what was compared of log2(m / u), and that of any two records. What one
   of the two lacks counts nothing. Of several versions of a record those that fit best.

   m is the probability that records of one person agree to that level, u that two of different people do. */
{{ config(materialized='table') }}
{% set comparisons = likely_comparisons() %}
with

weights as (

    select
        {% for level in likely_levels() %}
        max(
            case when level = '{{ level }}' then log2(cast(m_probability as double) / cast(u_probability as double)) end
        ) as {{ level }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('identity_weights') }}

),

/* Of the records that stand in a pair: without weights none is read. */
{% for side, record in [('ones', 'record_id'), ('others', 'other_record_id')] %}
{{ side }} as (

    select *
    from {{ ref('identity_compared_records') }}
    where record_id in (select candidates.{{ record }} from {{ ref('identity_candidates') }} as candidates)

),

{% endfor %}
compared as (

    select
        candidates.record_id,
        candidates.other_record_id,
        {% for comparison in comparisons %}
        {% set one, other = 'one.' ~ comparison.column, 'other.' ~ comparison.column %}
        case
            when {{ one }} is null or {{ other }} is null then null
            when {{ one }} = {{ other }} then 'same'
            when {{ likely_near(comparison.column, one, other) }} then 'near'
            else 'other'
        end as {{ comparison.column }}{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('identity_candidates') }} as candidates
    inner join ones as one on candidates.record_id = one.record_id
    inner join others as other on candidates.other_record_id = other.record_id

),

weighed as (

    select
        compared.record_id,
        compared.other_record_id,
        weights.prior
        {% for comparison in comparisons %}
        + case compared.{{ comparison.column }}
            {% for level in ['same', 'near', 'other'] %}
            when '{{ level }}' then weights.{{ comparison.column }}_{{ level }}
            {% endfor %}
            else 0
        end
        {% endfor %} as weight,
        {% for language in [0, 1] %}
        concat_ws(
            '{{ [', ', '，'][language] }}',
            {% for comparison in comparisons %}
            case compared.{{ comparison.column }}
                {% for level in ['same', 'near', 'other'] %}
                when '{{ level }}' then '{{ comparison[level][language] }}'
                {% endfor %}
            end{{ ',' if not loop.last }}
            {% endfor %}
        ) as evidence_{{ ['en', 'zh'][language] }}{{ ',' if not loop.last }}
        {% endfor %}
    from compared
    cross join weights

),

best as (

    select
        *,
        row_number() over (
            partition by record_id, other_record_id order by weight desc, evidence_en
        ) as place
    from weighed
    where weight >= {{ var('likely_review_weight') }}

)

select
    record_id,
    other_record_id,
    {{ round_double('weight', 6) }} as weight,
    evidence_en,
    evidence_zh,
    weight >= {{ var('likely_join_weight') }} as is_joined
from best
where place = 1
