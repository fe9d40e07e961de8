/* One row per customer and scored date: recency, frequency and monetary value, each 1-5 against
   published cut points (Hughes, "Strategic Database Marketing", 1994, with cut points in place
   of equal groups, so that customers with equal values get equal scores). */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

cut_points as (

    select
        as_of_date,
        business_line,
        {% for measure in ['recency_days', 'order_count', 'net_revenue'] %}
        {% for cut in ['p20', 'p40', 'p60', 'p80'] %}
        max(case when measure = '{{ measure }}' then {{ cut }} end) as {{ measure }}_{{ cut }},
        {% endfor %}
        {% endfor %}
        count(*) as measures
    from {{ ref('fit_cut_points') }}
    group by as_of_date, business_line

),

weights as (

    {{ component_weights('rfm', ['recency', 'frequency', 'monetary']) }}

),

/* Customers who bought before, but not in the window, are at the bottom of all three. */
scored as (

    select
        features.customer_id,
        features.as_of_date,
        features.policy,
        features.recency_days,
        features.order_count,
        features.net_revenue,
        {% for measure, name in [('order_count', 'f'), ('net_revenue', 'm')] %}
        case
            when features.order_count > 0
                then 1 + {{ count_below(
                    'features.' ~ measure, [
                        'cut_points.' ~ measure ~ '_p20', 'cut_points.' ~ measure ~ '_p40',
                        'cut_points.' ~ measure ~ '_p60', 'cut_points.' ~ measure ~ '_p80',
                    ]) }}
            when features.purchase_day_count > 0 then 1
        end as {{ name }}_score,
        {% endfor %}
        case
            when features.purchase_day_count > 0 and cut_points.recency_days_p20 is null then 1
            when features.purchase_day_count > 0
                then 5 - {{ count_below(
                    'features.recency_days', [
                        'cut_points.recency_days_p20', 'cut_points.recency_days_p40',
                        'cut_points.recency_days_p60', 'cut_points.recency_days_p80',
                    ]) }}
        end as r_score
    from features
    left join cut_points
        on
            features.as_of_date = cut_points.as_of_date
            and features.business_line = cut_points.business_line

)

select
    scored.customer_id,
    scored.as_of_date,
    scored.recency_days,
    scored.order_count,
    scored.net_revenue,
    scored.r_score,
    scored.f_score,
    scored.m_score,
    cast(scored.r_score * 100 + scored.f_score * 10 + scored.m_score as string) as rfm_cell,
    {{ round_double(
        '100 * ('
        ~ 'weights.recency_weight * (scored.r_score - 1)'
        ~ ' + weights.frequency_weight * (scored.f_score - 1)'
        ~ ' + weights.monetary_weight * (scored.m_score - 1)'
        ~ ') / (4 * (weights.recency_weight + weights.frequency_weight + weights.monetary_weight))', 2
    ) }} as score
from scored
left join weights on scored.policy = weights.policy
