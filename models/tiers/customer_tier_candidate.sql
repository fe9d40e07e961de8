/* One row per customer at the current date: the tier as it would be published, everything that
   explains it, and the parts that the checks need. Nothing reads it but the gate and, once the
   gate has passed it, the published tables, for which customer_tier_explained puts it into words. */
{{ config(schema='audit') }}
{% set methods = weighted_methods() %}
with

assigned as (

    select assigned.*
    from {{ at_current_date('tier_assigned') }} as assigned

),

tiers as (

    select
        cast(tier_code as string) as tier_code,
        cast(name_en as string) as tier_name_en,
        cast(name_zh as string) as tier_name_zh
    from {{ ref('tiers') }}

),

guardrails as (

    select
        cast(rule as string) as rule,
        cast(reason_en as string) as guardrail_en,
        cast(reason_zh as string) as guardrail_zh
    from {{ ref('guardrails') }}

),

stage_labels as (

    select
        cast(segment as string) as segment,
        cast(name_en as string) as stage_en,
        cast(name_zh as string) as stage_zh
    from {{ ref('segment_labels') }}
    where method = 'lifecycle'

),

explained as (

    select
        assigned.*,
        {% for method in methods %}
        composites.{{ method }}_score,
        composites.{{ method }}_weight,
        composites.{{ method }}_points,
        {% endfor %}
        tiers.tier_name_en,
        tiers.tier_name_zh,
        tenures.previous_tier_code,
        tenures.tier_since,
        cut_points.next_tier_code,
        /* greatest() passes over nulls: nothing to reach would become nothing missing. */
        case
            when cut_points.next_lower_score > assigned.composite_score
                then cast(cut_points.next_lower_score - assigned.composite_score as decimal(9, 4))
            when cut_points.next_lower_score is not null then cast(0 as decimal(9, 4))
        end as points_to_next_tier,
        rfm.segment as rfm_segment,
        rfm_classes.segment as rfm_zh_segment,
        lifecycle_scores.rhythm_source,
        lifecycle_scores.usual_interval_days,
        features.recency_days,
        features.order_count,
        features.net_revenue,
        stage_labels.stage_en,
        stage_labels.stage_zh,
        overrides.tier_code as override_tier_code,
        overrides.reason as override_reason,
        overrides.author as override_author,
        overrides.valid_until as override_until,
        guardrails.guardrail_en,
        guardrails.guardrail_zh
    from assigned
    inner join tiers on assigned.tier_code = tiers.tier_code
    inner join stage_labels on assigned.lifecycle_stage = stage_labels.segment
    inner join {{ ref('tier_tenure') }} as tenures on assigned.customer_id = tenures.customer_id
    {% for alias, model in [
        ('composites', 'tier_composite'), ('rfm', 'segment_rfm'),
        ('rfm_classes', 'segment_rfm_zh'), ('lifecycle_scores', 'score_lifecycle'),
        ('features', 'int_customer_features'),
    ] %}
    inner join {{ at_current_date(model) }} as {{ alias }}
        on
            assigned.customer_id = {{ alias }}.customer_id
            and assigned.as_of_date = {{ alias }}.as_of_date
    {% endfor %}
    left join {{ ref('tier_cut_points') }} as cut_points
        on
            assigned.as_of_date = cut_points.as_of_date
            and assigned.business_line = cut_points.business_line
            and assigned.tier_code = cut_points.tier_code
    left join {{ ref('tier_overrides') }} as overrides
        on
            assigned.customer_id = overrides.customer_id
            and assigned.as_of_date = overrides.as_of_date
    left join guardrails on assigned.guardrail_code = guardrails.rule

)

select * from explained
