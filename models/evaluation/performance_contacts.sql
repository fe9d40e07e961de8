/* One row per customer and day on which campaigns reached them: what that cost. The cost of a campaign is
   shared evenly by the customers whom it reached, and the share of each by the touches, on their days. A
   control was reached by nothing, and a campaign of which no cost is known has none to share. */
{{ config(materialized='view') }}
with

touches as (

    select
        campaign_id,
        customer_id,
        touch_date,
        count(*) as touches
    from {{ ref('int_campaign_touches') }}
    where outcome = 'accepted' and coalesce(arm, 'treated') <> 'control'
    group by campaign_id, customer_id, touch_date

),

reached as (

    select
        campaign_id,
        customer_id,
        sum(touches) as touches
    from touches
    group by campaign_id, customer_id

),

costs as (

    select
        reached.campaign_id,
        max(campaigns.cost) / count(*) as cost_per_customer
    from reached
    inner join {{ ref('int_campaigns') }} as campaigns on reached.campaign_id = campaigns.campaign_id
    where campaigns.cost is not null
    group by reached.campaign_id

),

shared as (

    select
        touches.customer_id,
        touches.touch_date,
        cast({{ round_double(
            'costs.cost_per_customer * touches.touches / reached.touches', 6
        ) }} as decimal(18, 6)) as contact_cost
    from touches
    inner join reached
        on touches.campaign_id = reached.campaign_id and touches.customer_id = reached.customer_id
    inner join costs on touches.campaign_id = costs.campaign_id

)

select
    customer_id,
    touch_date,
    sum(contact_cost) as contact_cost
from shared
group by customer_id, touch_date
