/* One row per customer and scored date: how much the customer does with us between purchases. Events and
   interactions earn points by a seed, which lose half of their worth every half-life (exponential
   decay, as in the lead scoring of marketing automation); the score compares them with the active
   customers of the business line. Customers who have fallen below a share of their points of 90 days
   before, from a level that counted, are slipping. */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

cut_points as (

    {{ cut_points_of(['engagement_points']) }}

),

settings as (

    {{ method_settings('engagement', ['high_score', 'mid_score', 'slipping_share']) }}

),

scored as (

    select
        features.customer_id,
        features.as_of_date,
        features.policy,
        features.engagement_points,
        features.engagement_points_before,
        {{ round_double(share_score('features.engagement_points', cut_columns('engagement_points')), 2) }}
            as score,
        {{ round_double(
            share_score('features.engagement_points_before', cut_columns('engagement_points')), 2
        ) }} as score_before
    from features
    left join cut_points
        on
            features.as_of_date = cut_points.as_of_date
            and features.business_line = cut_points.business_line

)

select
    scored.customer_id,
    scored.as_of_date,
    scored.engagement_points,
    scored.engagement_points_before,
    case
        when scored.score is null then 'unknown'
        when
            scored.score_before >= settings.mid_score
            and scored.engagement_points < settings.slipping_share * scored.engagement_points_before
            then 'slipping'
        when scored.score >= settings.high_score then 'high'
        when scored.score >= settings.mid_score then 'mid'
        else 'low'
    end as engagement_level,
    scored.score
from scored
left join settings on scored.policy = settings.policy
