/* One row per customer and scored date: how far the customer's word carries. Voice: what they share, review
   and refer, in points that fade (seed event_points); reach: followers on all platforms; both against the
   customers of the line who have any. A key opinion leader (KOL) has reach, a key opinion consumer (KOC) is
   a customer whose voice is heard often (Kumar, Petersen and Leone, "How valuable is word of mouth?",
   Harvard Business Review, October 2007, on the value of referrals). */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

cut_points as (

    {{ cut_points_of(['influence_points', 'follower_count']) }}

),

settings as (

    {{ method_settings('influence', ['kol_followers', 'koc_points']) }}

),

weights as (

    {{ component_weights('influence', ['voice', 'reach']) }}

),

scored as (

    select
        features.customer_id,
        features.as_of_date,
        features.policy,
        features.share_count,
        features.review_count,
        features.referral_count,
        features.referral_won_count,
        features.follower_count,
        features.influence_points,
        {{ round_double(share_score('features.influence_points', cut_columns('influence_points')), 2) }}
            as voice_score,
        {{ round_double(
            share_score('coalesce(features.follower_count, 0)', cut_columns('follower_count')), 2
        ) }} as reach_score
    from features
    left join cut_points
        on
            features.as_of_date = cut_points.as_of_date
            and features.business_line = cut_points.business_line

)

select
    scored.customer_id,
    scored.as_of_date,
    scored.share_count,
    scored.review_count,
    scored.referral_count,
    scored.referral_won_count,
    scored.follower_count,
    scored.influence_points,
    scored.voice_score,
    scored.reach_score,
    case
        when scored.voice_score is null and scored.reach_score is null then 'unknown'
        when scored.follower_count >= settings.kol_followers then 'kol'
        when scored.influence_points >= settings.koc_points then 'koc'
        when scored.influence_points > 0 then 'voice'
        else 'quiet'
    end as influence_level,
    {{ weighted_mean('scored', 'weights', ['voice', 'reach']) }} as score
from scored
left join settings on scored.policy = settings.policy
left join weights on scored.policy = weights.policy
