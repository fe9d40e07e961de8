/* One row per customer at the current date: every score and segment side by side, ready for a BI tool. */
{#- The published column, and where customer_measures has it. #}
{% set segments = {
    'value_loyalty': ['value_loyalty_segment', 'value_loyalty'],
    'value_engagement': ['value_engagement_segment', 'value_engagement'],
    'persona': ['persona', 'persona'], 'scenario': ['scenario', 'scenario'],
    'cluster': ['cluster', 'segment_cluster.segment'], 'attitude': ['attitude', 'attitude'],
    'market': ['market_segment', 'market'], 'worth': ['worth', 'segment_worth.segment'],
} %}
{% set labelled = {'lifecycle': 'lifecycle_stage', 'rfm': 'rfm_segment', 'rfm_zh': 'rfm_zh_segment'} %}
{#- Shown where they have been shown to be probabilities. #}
{% set probabilities = ['buy_probability_30_days', 'churn_probability_90_days', 'p_alive'] %}
with

tiers as (

    select * from {{ ref('customer_tier_candidate') }}

),

measures as (

    select * from {{ ref('customer_measures') }}

),

priorities as (

    select
        cast(tier_code as string) as tier_code,
        cast(segment as string) as segment,
        cast(priority as integer) as market_priority
    from {{ ref('market_priorities') }}

),

labels as (

    select
        {% for segment in labelled.keys() | list + segments.keys() | list %}
        max(case when method = '{{ segment }}' then cast(name_en as string) end) as {{ segment }}_en,
        max(case when method = '{{ segment }}' then cast(name_zh as string) end) as {{ segment }}_zh,
        {% endfor %}
        cast(segment as string) as segment
    from {{ ref('segment_labels') }}
    group by segment

),

skills as (

    select
        {% for probability in probabilities %}
        max(case when method = '{{ probability }}' then skill end) as {{ probability }},
        {% endfor %}
        business_line
    from {{ at_current_date('method_skill') }} as skills
    group by business_line

),

identities as (

    select
        customer_id,
        cast(count(*) as integer) as records,
        cast(count(distinct coalesce(system, '')) as integer) as systems
    from {{ ref('int_customer_identities') }}
    group by customer_id

)

select
    tiers.customer_id,
    {% for column in ['as_of_date', 'business_line', 'policy', 'tier_code', 'tier_name_en', 'tier_name_zh',
        'composite_score', 'tier_since'] %}
    tiers.{{ column }},
    {% endfor %}
    {% for segment, column in labelled.items() %}
    tiers.{{ column }},
    {{ segment }}_labels.{{ segment }}_en as {{ column }}_en,
    {{ segment }}_labels.{{ segment }}_zh as {{ column }}_zh,
    {% endfor %}
    {% for segment, (column, measure) in segments.items() %}
    measures.{{ measure ~ (' as ' ~ column if column != measure else '') }},
    {% for language in ['en', 'zh'] %}
    {{ 'coalesce(cluster_names.name_' ~ language ~ ', cluster_labels.cluster_' ~ language ~ ')'
        if segment == 'cluster' else segment ~ '_labels.' ~ segment ~ '_' ~ language }} as {{ column }}_{{ language }},
    {% endfor %}
    {% endfor %}
    {% for method, shown in shown_scores().items() %}
    {% for measure in shown %}
    {% if measure in probabilities %}
    case when skills.{{ measure }} = 'shown' then measures.score_{{ method }}.{{ measure }} end
        as {{ measure }},
    {% else %}
    measures.score_{{ method }}.{{ measure }},
    {% endif %}
    {% endfor %}
    measures.score_{{ method }}.score as {{ method }}_score,
    {% endfor %}
    {% for measure in ['segment_tree.segment as tree_leaf', 'segment_tree.rule_en as tree_leaf_en',
        'segment_tree.rule_zh as tree_leaf_zh', 'segment_tree.expected_revenue_90_days', 'nps_class',
        'next_category.next_category', 'int_customer_features.permitted_channels',
        'int_customer_features.refused_channels'] %}
    measures.{{ measure }},
    {% endfor %}
    coalesce(identities.records, 1) as record_count,
    coalesce(identities.systems, 1) as system_count,
    priorities.market_priority,
    tiers.recency_days,
    tiers.order_count,
    tiers.net_revenue
from tiers
inner join measures on tiers.customer_id = measures.customer_id
{% for segment, (column, measure) in segments.items() %}
left join labels as {{ segment }}_labels on measures.{{ measure }} = {{ segment }}_labels.segment
{% endfor %}
{% for segment, column in labelled.items() %}
left join labels as {{ segment }}_labels on tiers.{{ column }} = {{ segment }}_labels.segment
{% endfor %}
left join {{ ref('cluster_names') }} as cluster_names
    on
        tiers.business_line = cluster_names.business_line
        and measures.{{ 'segment_cluster.segment' }} = cluster_names.cluster
left join skills on tiers.business_line = skills.business_line
left join identities on tiers.customer_id = identities.customer_id
left join priorities on tiers.tier_code = priorities.tier_code and measures.market = priorities.segment
