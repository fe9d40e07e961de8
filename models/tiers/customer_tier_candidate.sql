/* One row per customer at the current date: the tier as it would be published, everything that
   explains it, and the parts that the checks need. Nothing reads it but the gate and, once the
   gate has passed it, the published tables, for which customer_tier_explained puts it into words. */
{{ config(schema='audit') }}
{% set methods = weighted_methods() %}
with

tiers as (

    select
        cast(tier_code as string) as tier_code,
        cast(name_en as string) as tier_name_en,
        cast(name_zh as string) as tier_name_zh,
        cast(tier_rank as integer) as tier_rank
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

/* A column of customer_measures is a struct, which the linter takes for a table. */
measures as (

    -- noqa: disable=RF01,RF03
    select
        customer_id,
        segment_rfm.segment as rfm_segment,
        segment_rfm_zh.segment as rfm_zh_segment,
        score_lifecycle.rhythm_source,
        score_lifecycle.usual_interval_days,
        int_customer_features.recency_days,
        int_customer_features.order_count,
        int_customer_features.net_revenue,
        int_customer_features.contract_until,
        int_customer_features.days_to_renewal
    from {{ ref('customer_measures') }}
    -- noqa: enable=RF01,RF03

)

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
    /* While a person sets the tier, points lead to no other. */
    case when not assigned.is_overridden then cut_points.next_tier_code end as next_tier_code,
    /* Nor do they where a guardrail allows no better one. */
    not assigned.is_overridden and coalesce(assigned.best_rank >= tiers.tier_rank, false) as is_held_down,
    case
        when assigned.is_overridden or assigned.best_rank >= tiers.tier_rank then null
        /* Where all have one score, an edge is a step above it, wherever it goes. */
        when cut_points.next_lower_score - assigned.composite_score < 0.001 then null
        else cast(cut_points.next_lower_score - assigned.composite_score as decimal(9, 4))
    end as points_to_next_tier,
    measures.rfm_segment,
    measures.rfm_zh_segment,
    measures.rhythm_source,
    measures.usual_interval_days,
    measures.recency_days,
    measures.order_count,
    measures.net_revenue,
    coalesce(measures.contract_until = assigned.as_of_date, false) as is_under_contract,
    measures.days_to_renewal,
    cut_points.next_lower_score,
    /* What one more order on the next day would bring, where it can bring more. As a condition of the join it
       would be looked for among all pairs of customers. */
    {% for column, told in {
        'imagined.usual_order_amount': 'next_order_amount', 'next_orders.composite_score': 'next_order_score',
        'next_orders.tier_code': 'next_order_tier_code',
    }.items() %}
    case when assigned.tier_code <> 'A' and not assigned.is_overridden then {{ column }} end as {{ told }},
    {% endfor %}
    stage_labels.stage_en,
    stage_labels.stage_zh,
    overrides.tier_code as override_tier_code,
    overrides.reason as override_reason,
    overrides.author as override_author,
    overrides.valid_until as override_until,
    guardrails.guardrail_en,
    guardrails.guardrail_zh
from {{ at_current_date('tier_assigned') }} as assigned
inner join tiers on assigned.tier_code = tiers.tier_code
inner join stage_labels on assigned.lifecycle_stage = stage_labels.segment
/* Each has a row for every customer; see customer_measures for why they are left joins. */
left join {{ ref('tier_tenure') }} as tenures on assigned.customer_id = tenures.customer_id
left join {{ at_current_date('tier_composite') }} as composites
    on assigned.customer_id = composites.customer_id
left join measures on assigned.customer_id = measures.customer_id
left join {{ at_current_date('int_customer_features', 'is_imagined') }} as imagined
    on assigned.customer_id = imagined.customer_id and imagined.usual_order_amount > 0
left join {{ at_current_date('tier_assigned', 'is_imagined') }} as next_orders
    on imagined.customer_id = next_orders.customer_id
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
