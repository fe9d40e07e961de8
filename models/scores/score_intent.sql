/* One row per customer and scored date: how ripe a lead is, for people who have not bought yet; null for
   buyers. Fit is who they are: how many of their kind have bought, against the best kind of the
   business line. Engagement is what they do, with decay. The two axes of lead scoring (fit and
   interest), weighed by the policy. */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

kinds as (

    select
        *,
        max(bought_share) over (partition by as_of_date, business_line) as best_share
    from {{ ref('fit_conversion') }}

),

engagements as (

    select * from {{ ref('score_engagement') }}

),

weights as (

    {{ component_weights('intent', ['fit', 'engagement']) }}

),

scored as (

    select
        features.customer_id,
        features.as_of_date,
        features.policy,
        features.purchase_day_count = 0 as is_lead,
        kinds.bought_share as similar_bought_share,
        engagements.engagement_points,
        {{ round_double('100 * kinds.bought_share / nullif(kinds.best_share, 0)', 2) }} as fit_score,
        engagements.score as engagement_score
    from features
    inner join customers on features.customer_id = customers.customer_id
    inner join engagements
        on features.customer_id = engagements.customer_id and features.as_of_date = engagements.as_of_date
    left join kinds
        on
            features.as_of_date = kinds.as_of_date
            and features.business_line = kinds.business_line
            and coalesce(customers.customer_type, '') = kinds.customer_type
            and coalesce(customers.acquisition_channel, '') = kinds.acquisition_channel

)

select
    scored.customer_id,
    scored.as_of_date,
    scored.similar_bought_share,
    scored.engagement_points,
    case when scored.is_lead then scored.fit_score end as fit_score,
    case when scored.is_lead then scored.engagement_score end as engagement_score,
    case when scored.is_lead then {{ weighted_mean('scored', 'weights', ['fit', 'engagement']) }} end as score
from scored
left join weights on scored.policy = weights.policy
