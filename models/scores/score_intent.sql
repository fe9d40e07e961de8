/* One row per customer and scored date: how ripe a lead is, for people who have not bought yet; null for
   buyers. Freshness, how lately they have become known, halves every half-life: most who buy do so soon. It
   is multiplied with the mean, weighed by the policy, of fit and engagement: fit is who they are, how many of
   their kind have bought, against the best kind of all lines; engagement is what they do. */
{% set freshness = 'power(0.5, scored.days_known / scored.half_life_days)' %}
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
        max(bought_share) over (partition by as_of_date) as best_share
    from {{ ref('fit_conversion') }}

),

engagements as (

    select * from {{ ref('score_engagement') }}

),

weights as (

    {{ component_weights('intent', ['fit', 'engagement']) }}

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

)

select
    scored.customer_id,
    scored.as_of_date,
    scored.similar_bought_share,
    scored.engagement_points,
    case when scored.is_lead then cast(scored.days_known as integer) end as days_known,
    case when scored.is_lead then {{ round_double('100 * ' ~ freshness, 2) }} end as freshness_score,
    case when scored.is_lead then scored.fit_score end as fit_score,
    case when scored.is_lead then scored.engagement_score end as engagement_score,
    case
        when scored.is_lead
            then {{ round_double(
                freshness ~ ' * ' ~ weighted_mean('scored', 'weights', ['fit', 'engagement']), 2
            ) }}
    end as score
from scored
left join weights on scored.policy = weights.policy
