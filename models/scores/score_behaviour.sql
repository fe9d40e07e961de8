/* One row per customer and scored date: what the customer does on the way to a purchase, in the look-back
   window: visits, views, wishes (favourites and carts), orders, and how much of each step leads to the
   next (the purchase funnel). A component that nobody of the business line has leaves its weight to
   the others. */
{% set components = {'visits': 'visit_count', 'views': 'view_count', 'wishes': 'wish_count'} %}
with

features as (

    select
        *,
        favourite_count + cart_count as wish_count
    from {{ ref('int_customer_features') }}

),

cut_points as (

    {{ cut_points_of(components.values() | list) }}

),

weights as (

    {{ component_weights('behaviour', ['visits', 'views', 'wishes', 'conversion']) }}

),

scored as (

    select
        features.customer_id,
        features.as_of_date,
        features.policy,
        features.visit_count,
        features.view_count,
        features.favourite_count,
        features.cart_count,
        features.order_count,
        features.visit_count + features.view_count + features.search_count + features.wish_count > 0
            as has_events,
        case
            when features.order_count > 0 then 'order'
            when features.wish_count > 0 then 'wish'
            when features.view_count > 0 then 'view'
            when features.visit_count + features.search_count > 0 then 'visit'
            else 'none'
        end as furthest_step,
        {{ round_double('cast(features.wish_count as double) / nullif(features.view_count, 0)', 4) }}
            as view_to_wish_rate,
        /* Of who orders more often than is seen of them on the way the way is not known. */
        case
            when features.order_count <= features.wish_count
                then {{ round_double(
                    'cast(features.order_count as double) / nullif(features.wish_count, 0)', 4
                ) }}
        end as wish_to_order_rate,
        {% for component, measure in components.items() %}
        {{ round_double(share_score('features.' ~ measure, cut_columns(measure)), 2) }}
            as {{ component }}_score,
        {% endfor %}
        case
            when
                features.order_count <= features.view_count + features.wish_count
                and features.view_count + features.wish_count > 0
                then {{ round_double(
                    '100.0 * features.order_count / (features.view_count + features.wish_count)', 2
                ) }}
        end as conversion_score
    from features
    left join cut_points
        on
            features.as_of_date = cut_points.as_of_date
            and features.business_line = cut_points.business_line

)

select
    scored.customer_id,
    scored.as_of_date,
    scored.visit_count,
    scored.view_count,
    scored.favourite_count,
    scored.cart_count,
    scored.order_count,
    scored.furthest_step,
    scored.view_to_wish_rate,
    scored.wish_to_order_rate,
    scored.visits_score,
    scored.views_score,
    scored.wishes_score,
    scored.conversion_score,
    case
        when scored.has_events then {{ weighted_mean(
            'scored', 'weights', ['visits', 'views', 'wishes', 'conversion']
        ) }}
    end as score
from scored
left join weights on scored.policy = weights.policy
