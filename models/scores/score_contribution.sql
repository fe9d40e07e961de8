/* One row per customer and scored date: what the customer brings in the window. Each component
   is 0-100 against published cut points; the policy weighs them. A component that the data do
   not hold (no costs, no interactions) leaves its weight to the others. */
{% set components = {
    'revenue': 'net_revenue',
    'margin': 'margin',
    'interactions': 'interaction_count',
} %}
with

features as (

    select * from {{ ref('int_customer_features') }}

),

cut_points as (

    select
        as_of_date,
        business_line,
        {% for component, measure in components.items() %}
        {% for cut in ['p20', 'p40', 'p60', 'p80', 'p95'] %}
        max(case when measure = '{{ measure }}' then {{ cut }} end) as {{ component }}_{{ cut }},
        {% endfor %}
        {% endfor %}
        count(*) as measures
    from {{ ref('fit_cut_points') }}
    group by as_of_date, business_line

),

weights as (

    select
        cast(policy as string) as policy,
        {% for component in components %}
        coalesce(max(case when component = '{{ component }}' then cast(weight as double) end), 0)
            as {{ component }}_weight{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('component_weights') }}
    where method = 'contribution'
    group by policy

),

/* Nothing bought in the window is a contribution of nothing, not an unknown one. */
scored as (

    select
        features.customer_id,
        features.as_of_date,
        features.policy,
        features.purchase_day_count > 0 as has_bought,
        features.net_revenue,
        features.margin,
        features.interaction_count,
        {% for component, measure in components.items() %}
        round({{ share_score(
            'coalesce(features.' ~ measure ~ ', case when features.order_count = 0 then 0 end)'
                if component == 'margin' else 'features.' ~ measure,
            [
                'cut_points.' ~ component ~ '_p20', 'cut_points.' ~ component ~ '_p40',
                'cut_points.' ~ component ~ '_p60', 'cut_points.' ~ component ~ '_p80',
                'cut_points.' ~ component ~ '_p95',
            ]
        ) }}, 2) as {{ component }}_score{{ ',' if not loop.last }}
        {% endfor %}
    from features
    left join cut_points
        on
            features.as_of_date = cut_points.as_of_date
            and features.business_line = cut_points.business_line

)

select
    scored.customer_id,
    scored.as_of_date,
    scored.net_revenue,
    scored.margin,
    scored.interaction_count,
    {% for component in components %}
    scored.{{ component }}_score,
    {% endfor %}
    case when scored.has_bought then round(
        (
            {% for component in components %}
            coalesce(weights.{{ component }}_weight * scored.{{ component }}_score, 0){{ ' +' if not loop.last }}
            {% endfor %}
        ) / nullif(
            {% for component in components %}
            case when scored.{{ component }}_score is null then 0 else weights.{{ component }}_weight end{{ ' +' if not loop.last }}
            {% endfor %}, 0
        ), 2
    ) end as score
from scored
left join weights on scored.policy = weights.policy
