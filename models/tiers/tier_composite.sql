/* One row per customer and scored date: the composite score, 0-100, as the sum of the points that each method
   gives, and the stage, as tiers compare those who are still customers. A method with nothing to say (null)
   leaves its weight to the others; prospects have no composite. */
{{ config(materialized='restated', meta={'rows_restated_by': 'fit_dates_to_restate'}) }}
{% set methods = weighted_methods() %}
with

features as (

    select
        features.customer_id,
        features.as_of_date,
        features.business_line,
        features.policy,
        coalesce(cast(lines.goal as string), 'balanced') as goal,
        features.purchase_day_count > 0 as has_bought
    from {{ to_restate(ref('int_customer_features'), 'fit_dates_to_restate') }} as features
    left join {{ ref('business_lines') }} as lines on features.business_line = lines.business_line

),

weights as (

    select
        {% for method in methods %}
        coalesce(max(case when method = '{{ method }}' then weight end), 0) as {{ method }}_weight,
        {% endfor %}
        policy,
        goal
    from {{ ref('tier_weights') }}
    group by policy, goal

),

scored as (

    select
        {% for method in methods %}
        case when features.has_bought then score_{{ method }}.score end as {{ method }}_score,
        {% endfor %}
        features.customer_id,
        features.as_of_date,
        features.business_line,
        features.policy,
        features.goal,
        stages.segment as lifecycle_stage
    from features
    inner join {{ to_restate(ref('segment_lifecycle'), 'fit_dates_to_restate') }} as stages
        on features.customer_id = stages.customer_id and features.as_of_date = stages.as_of_date
    {% for method in methods %}
    left join {{ to_restate(ref('score_' ~ method), 'fit_dates_to_restate') }} as score_{{ method }}
        on
            features.customer_id = score_{{ method }}.customer_id
            and features.as_of_date = score_{{ method }}.as_of_date
    {% endfor %}

),

weighted as (

    select
        {% for method in methods %}
        case when scored.{{ method }}_score is null then 0 else weights.{{ method }}_weight end
            as {{ method }}_part,
        {% endfor %}
        scored.*
    from scored
    left join weights on scored.policy = weights.policy and scored.goal = weights.goal

),

available as (

    select
        *,
        nullif(
            0
            {% for method in methods %}
            + {{ method }}_part
            {% endfor %}, 0
        ) as available_weight
    from weighted

),

pointed as (

    select
        {% for method in methods %}
        {{ method }}_score,
        cast(
            {{ round_double(method ~ '_part / available_weight', 4) }} as decimal(9, 4)
        ) as {{ method }}_weight,
        cast(
            {{ round_double(
                'nullif(' ~ method ~ '_part, 0) / available_weight * ' ~ method ~ '_score', 4
            ) }} as decimal(9, 4)
        ) as {{ method }}_points,
        {% endfor %}
        customer_id,
        as_of_date,
        business_line,
        policy,
        lifecycle_stage,
        available_weight is not null as has_points
    from available

)

select
    customer_id,
    as_of_date,
    business_line,
    policy,
    lifecycle_stage,
    {% for method in methods %}
    {{ method }}_score,
    {{ method }}_weight,
    {{ method }}_points,
    {% endfor %}
    case
        when has_points
            then cast(
                0
                {% for method in methods %}
                + coalesce({{ method }}_points, 0)
                {% endfor %} as decimal(9, 4)
            )
    end as composite_score
from pointed
