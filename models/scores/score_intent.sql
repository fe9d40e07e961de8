/* One row per customer and scored date: how ripe a lead is, for people who have not bought yet; null for
   buyers. Freshness is how lately they have become known, and halves every half-life: most who buy do so
   soon. Fit is who they are: how many of their kind have bought, against the best kind of the
   business line. Engagement is what they do, with decay. Weighed by the policy. */
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

    {{ component_weights('intent', ['freshness', 'fit', 'engagement']) }}

),

settings as (

    {{ method_settings('intent', ['half_life_days']) }}

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
        engagements.score as engagement_score,
        {{ dbt.datediff('customers.known_since', 'features.as_of_date', 'day') }} as days_known, -- noqa: LT05
        settings.half_life_days
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
    left join settings on features.policy = settings.policy

),

fresh as (

    select
        *,
        {{ round_double('100 * power(0.5, days_known / half_life_days)', 2) }} as freshness_score
    from scored

)

select
    fresh.customer_id,
    fresh.as_of_date,
    fresh.similar_bought_share,
    fresh.engagement_points,
    case when fresh.is_lead then cast(fresh.days_known as integer) end as days_known,
    case when fresh.is_lead then fresh.freshness_score end as freshness_score,
    case when fresh.is_lead then fresh.fit_score end as fit_score,
    case when fresh.is_lead then fresh.engagement_score end as engagement_score,
    case
        when fresh.is_lead
            then {{ weighted_mean('fresh', 'weights', ['freshness', 'fit', 'engagement']) }}
    end as score
from fresh
left join weights on fresh.policy = weights.policy
