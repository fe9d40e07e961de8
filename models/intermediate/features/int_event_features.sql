/* One row per customer and scored date of the customer's scope with an event, interaction, campaign touch or
   referral in the look-back window: how many of each group, and the points they still are worth. A point
   loses half of its worth every half-life (seed event_points); an event of a type that the seed lacks has
   none. What the points were 90 days before asks for 90 days more of events. And the channel of the campaign
   that was answered last. */
{% set window = var('lookback_days') | int %}
with

kinds as (

    select
        cast(event_type as string) as event_type,
        cast(event_group as string) as event_group,
        cast(points as double) as points,
        cast(half_life_days as double) as half_life_days
    from {{ ref('event_points') }}

),

facts as (

    select
        customer_id,
        event_date,
        event_type,
        false as has_discount,
        cast(null as string) as channel
    from {{ ref('int_events') }}
    where outcome = 'accepted'

    union all

    /* A call that nobody answered is no engagement: some results have points of their own. */
    select
        interactions.customer_id,
        interactions.interaction_date as event_date,
        coalesce(kinds.event_type, 'interaction') as event_type,
        false as has_discount,
        null as channel
    from {{ ref('int_interactions') }} as interactions
    left join kinds on 'interaction_' || lower(interactions.result) = kinds.event_type
    where interactions.outcome = 'accepted'

    union all

    select
        touches.customer_id,
        touches.touch_date as event_date,
        touches.event_type,
        touches.has_discount,
        cast(channels.channel as string) as channel
    from {{ ref('int_campaign_touches') }} as touches
    left join {{ ref('contact_channels') }} as channels
        on lower(touches.channel) = cast(channels.word as string) and channels.channel <> 'none'
    where touches.outcome = 'accepted' and touches.event_type is not null

    {% for event_date, event_type in [('referral_date', 'referral'), ('won_date', 'referral_won')] %}
    union all

    select
        customer_id,
        {{ event_date }} as event_date,
        '{{ event_type }}' as event_type,
        false as has_discount,
        null as channel
    from {{ ref('int_referrals') }}
    where outcome = 'accepted' and {{ event_date }} is not null
    {% endfor %}

),

dated as (

    select
        facts.customer_id,
        dates.as_of_date,
        facts.event_date,
        facts.has_discount,
        facts.channel,
        kinds.event_group,
        kinds.points,
        kinds.half_life_days,
        {{ dbt.datediff('facts.event_date', 'dates.as_of_date', 'day') }} as age_days -- noqa: LT05
    from facts
    left join kinds on facts.event_type = kinds.event_type
    {{ facts_in_window('facts', 'dates', 'event_date', looks_back=window + 90) }}

),

/* Doubles are rounded before they are added: sums of them would depend on the order of rows. */
pointed as (

    select
        *,
        case when age_days < {{ window }} then event_group end as group_in_window,
        {% set left = round_double('points * power(0.5, age_days / half_life_days)', 4) %}
        case when age_days < {{ window }} then cast({{ left }} as decimal(18, 4)) end as points_left,
        case
            when age_days >= 90 then cast(
                {{ round_double('points * power(0.5, (age_days - 90) / half_life_days)', 4) }}
                as decimal(18, 4)
            )
        end as points_left_before
    from dated

)

select
    customer_id,
    as_of_date,
    {% for group in [
        'visit', 'view', 'favourite', 'cart', 'search', 'share', 'review', 'response', 'referral', 'referral_won',
    ] %}
    cast(sum(case when group_in_window = '{{ group }}' then 1 else 0 end) as integer) as {{ group }}_count,
    {% endfor %}
    cast(sum(case when group_in_window = 'response' and has_discount then 1 else 0 end) as integer)
        as discount_response_count,
    /* Dates written as text, year first, are in order. */
    substring(
        max(case when group_in_window = 'response' then cast(event_date as string) || channel end), 11
    ) as answered_channel,
    {% set spreads_the_word = "group_in_window in ('share', 'review', 'referral', 'referral_won')" %}
    cast(sum(case when {{ spreads_the_word }} then points_left else 0 end) as decimal(18, 4))
        as influence_points,
    cast(coalesce(sum(points_left), 0) as decimal(18, 4)) as engagement_points,
    cast(coalesce(sum(points_left_before), 0) as decimal(18, 4)) as engagement_points_before
from pointed
group by customer_id, as_of_date
