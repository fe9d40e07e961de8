/* One row per customer of the sample that clusters are learned from, at the current date and at the published
   date before: the logarithms of the measures, and the group of every segmentation. The current groups stand
   side by side in customer_measures; those of before are worked out for the sample alone. */
-- depends_on: {{ ref('int_scoring_dates') }}
-- depends_on: {{ ref('fit_cluster_sample') }}
{{ config(materialized='table') }}
{#- The segmentation, and where customer_measures has it; lifecycle and tier are in tier_assigned. #}
{% set segmentations = {
    'rfm': 'segment_rfm.segment', 'rfm_zh': 'segment_rfm_zh.segment', 'cluster': 'segment_cluster.segment',
    'tree': 'segment_tree.segment', 'worth': 'segment_worth.segment',
    'value_loyalty': 'value_loyalty', 'value_engagement': 'value_engagement', 'persona': 'persona',
    'scenario': 'scenario', 'attitude': 'attitude', 'market': 'market',
} %}
with

/* Each segmentation is joined to the sample by itself: an engine has no plan for all of these views in one
   join. */
before as (

    {% for segmentation in segmentations %}
    select
        sampled.customer_id,
        '{{ segmentation }}' as segmentation,
        segments.segment
    from {{ of_sample_before('fit_cluster_sample') }} as sampled
    inner join {{ of_sample_before('segment_' ~ segmentation) }} as segments
        on sampled.customer_id = segments.customer_id
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

side_by_side as (

    select
        {% for segmentation in segmentations %}
        max(case when segmentation = '{{ segmentation }}' then segment end) as of_{{ segmentation }},
        {% endfor %}
        customer_id
    from before
    group by customer_id

)

select
    {% for measure in cluster_measures() %}
    sampled.{{ measure }},
    {% endfor %}
    {% for segmentation, column in segmentations.items() %}
    measures.{{ column }} as of_{{ segmentation }},
    {% endfor %}
    assigned.lifecycle_stage as of_lifecycle,
    assigned.tier_code as of_tier,
    sampled.customer_id,
    sampled.as_of_date,
    sampled.business_line
from {{ at_current_date('fit_cluster_sample') }} as sampled
inner join {{ ref('customer_measures') }} as measures on sampled.customer_id = measures.customer_id
inner join {{ at_current_date('tier_assigned') }} as assigned on sampled.customer_id = assigned.customer_id

union all

select
    {% for measure in cluster_measures() %}
    sampled.{{ measure }},
    {% endfor %}
    {% for segmentation in segmentations %}
    side_by_side.of_{{ segmentation }},
    {% endfor %}
    assigned.lifecycle_stage as of_lifecycle,
    assigned.tier_code as of_tier,
    sampled.customer_id,
    sampled.as_of_date,
    sampled.business_line
from {{ of_sample_before('fit_cluster_sample') }} as sampled
inner join side_by_side on sampled.customer_id = side_by_side.customer_id
inner join {{ of_sample_before('tier_assigned') }} as assigned on sampled.customer_id = assigned.customer_id
