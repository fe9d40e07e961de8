/* One row per record of who was reached by a campaign, with its final outcome: a record of somebody who is
   neither in the CRM's list nor has an order is rejected. The type of event that it is worth points as:
   campaign_ and what came of it; none of those who were left out for comparison (arm control). */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_campaign_touches'}) }}
with

touches as (

    {{ of_known_customers(
        'stg_campaign_touches', ['touch_id', 'campaign_id', 'channel', 'touch_outcome', 'arm'],
        days={'touch_date': 'touched_at'}
    ) }}

),

campaigns as (

    select
        campaign_id,
        discount_rate
    from {{ ref('stg_campaigns') }}
    where outcome = 'accepted'

)

select
    touches.source_row,
    touches.customer_id,
    touches.touch_id,
    touches.touch_date,
    touches.campaign_id,
    touches.channel,
    touches.touch_outcome,
    case
        when touches.arm in ('control', 'control_group', 'holdout', '对照', '对照组') then 'control'
        else touches.arm
    end as arm,
    /* Who was left out was not touched. */
    case
        when touches.arm is null or touches.arm not in ('control', 'control_group', 'holdout', '对照', '对照组')
            then 'campaign_' || coalesce(touches.touch_outcome, 'sent')
    end as event_type,
    coalesce(campaigns.discount_rate > 0, false) as has_discount,
    touches.outcome,
    touches.reject_reason
from touches
left join campaigns on touches.campaign_id = campaigns.campaign_id
