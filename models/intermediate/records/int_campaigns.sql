/* One row per campaign that somebody was reached by: its days and its cost. Of one that is not in the CRM's
   list, the first touch is the first day, and no last day is known. */
with

touched as (

    select
        campaign_id,
        min(touch_date) as first_touch_date
    from {{ ref('int_campaign_touches') }}
    where outcome = 'accepted'
    group by campaign_id

),

known as (

    select * from {{ ref('stg_campaigns') }}
    where outcome = 'accepted'

)

select
    touched.campaign_id,
    known.campaign_name,
    coalesce(cast(known.starts_at as date), touched.first_touch_date) as first_day,
    cast(known.ends_at as date) as last_day,
    cast(known.cost as double) as cost,
    cast(known.control_share as double) as control_share
from touched
left join known on touched.campaign_id = known.campaign_id
