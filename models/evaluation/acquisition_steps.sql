/* One row per customer whom anybody has been in contact with: the day of the first contact, of the first
   opportunity, of the first one that was won, and of the first order, as known at the current date. A contact
   is an interaction, a touch of a campaign, an event, an opportunity or an order. To stand in the CRM's list
   is none, and neither is to be left out of a campaign for comparison. */
{{ config(materialized='table') }}
with

today as (

    select as_of_date
    from {{ ref('int_scoring_dates') }}
    where is_current

),

opportunities as (

    select
        customer_id,
        created_date,
        case when stage_kind = 'won' then closed_date end as won_date
    from {{ ref('int_opportunities') }}
    where outcome = 'accepted'

),

contacts as (

    select
        customer_id,
        interaction_date as contact_date
    from {{ ref('int_interactions') }}
    where outcome = 'accepted'
    union all
    select
        customer_id,
        touch_date as contact_date
    from {{ ref('int_campaign_touches') }}
    where outcome = 'accepted' and coalesce(arm, 'treated') <> 'control'
    union all
    select
        customer_id,
        event_date as contact_date
    from {{ ref('int_events') }}
    where outcome = 'accepted'
    union all
    select
        customer_id,
        created_date as contact_date
    from opportunities
    union all
    select
        customer_id,
        first_order_date as contact_date
    from {{ ref('int_customers') }}
    where first_order_date is not null

),

first_contacts as (

    select
        contacts.customer_id,
        min(contacts.contact_date) as contact_date
    from contacts
    inner join today on contacts.contact_date <= today.as_of_date
    group by contacts.customer_id

),

/* What was opened after the first order sells more to a customer, and acquires none. */
first_opportunities as (

    select
        opportunities.customer_id,
        min(opportunities.created_date) as opportunity_date,
        min(case when opportunities.won_date <= today.as_of_date then opportunities.won_date end) as won_date
    from opportunities
    inner join today on opportunities.created_date <= today.as_of_date
    inner join {{ ref('int_customers') }} as customers on opportunities.customer_id = customers.customer_id
    where coalesce(opportunities.created_date <= customers.first_order_date, true)
    group by opportunities.customer_id

)

select
    first_contacts.customer_id,
    first_contacts.contact_date,
    first_opportunities.opportunity_date,
    first_opportunities.won_date,
    case when customers.first_order_date <= today.as_of_date then customers.first_order_date end
        as order_date,
    customers.acquisition_channel,
    customers.owner
from first_contacts
cross join today
inner join {{ ref('int_customers') }} as customers on first_contacts.customer_id = customers.customer_id
left join first_opportunities on first_contacts.customer_id = first_opportunities.customer_id
