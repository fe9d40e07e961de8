/* One row per customer and period (from the day after a published date to the next one) in which something
   came of them: what they bought, whether it was the first time, what they answered, what it cost to reach
   them, which contracts they kept; and what they are worth at the current date. Added up once, before
   groups multiply customers. */
{{ config(materialized='table') }}
with

/* Each day with the end of its period: an equal day joins by hash, a span of days does not. */
calendar as (

    select
        as_of_date,
        {{ days_between(dbt.dateadd('day', 1, 'previous_date'), 'as_of_date') }} as activity_date
    from {{ ref('int_scoring_dates') }}
    where is_published and previous_date is not null

),

bought as (

    select
        customer_id,
        activity_date,
        net_revenue,
        costed_revenue,
        costed_margin,
        order_count as orders,
        case when order_count > 0 then 1 else 0 end as purchase_days
    from {{ ref('int_customer_days') }}

),

/* What the CRM lists without a date has always been known: no days can be counted from then. */
began as (

    select
        days.customer_id,
        days.activity_date,
        1 as first_orders,
        case when customers.known_since > date '1900-01-01' then 1 else 0 end as dated_first_orders,
        case
            when customers.known_since > date '1900-01-01'
                then {{ dbt.datediff('customers.known_since', 'days.activity_date', 'day') }} -- noqa: LT05
            else 0
        end as days_to_first_order
    from {{ ref('int_customer_days') }} as days
    inner join {{ ref('int_customers') }} as customers on days.customer_id = customers.customer_id
    where days.order_count > 0 and days.previous_purchase_date is null

),

/* 9 and 10 promote, 0 to 6 detract (Reichheld 2003); agreement is ten times the answer. */
answered as (

    select
        customer_id,
        answer_date as activity_date,
        1 as nps_answers,
        case when agreement >= 90 then 1 when agreement < 70 then -1 else 0 end as nps_balance
    from {{ ref('int_surveys') }}
    where outcome = 'accepted' and attitude = 'nps'

),

contacted as (

    select
        customer_id,
        touch_date as activity_date,
        contact_cost
    from {{ ref('performance_contacts') }}

),

valued as (

    select
        customer_id,
        as_of_date as activity_date,
        1 as valued_customers,
        lifetime_value
    from {{ ref('performance_values') }}

),

subscribed as (

    select
        *,
        as_of_date as activity_date
    from {{ ref('performance_contracts') }}

),

{#- What each kind of fact has; the others are 0. #}
{% set kinds = {
    'bought': ['net_revenue', 'costed_revenue', 'costed_margin', 'orders', 'purchase_days'],
    'began': ['first_orders', 'dated_first_orders', 'days_to_first_order'],
    'answered': ['nps_answers', 'nps_balance'], 'contacted': ['contact_cost'],
    'valued': ['valued_customers', 'lifetime_value'],
    'subscribed': ['contracts_at_start', 'contracts_kept', 'recurring_at_start', 'recurring_at_end'],
} %}
{% set columns = kinds.values() | sum(start=[]) %}
facts as (

    {% for kind, measures in kinds.items() %}
    select
        {% for column in columns %}
        {{ column if column in measures else '0 as ' ~ column }},
        {% endfor %}
        customer_id,
        activity_date
    from {{ kind }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    {% for column in columns %}
    {% set type = 'decimal(18, 6)' if column == 'contact_cost' else 'decimal(18, 4)' if column in [
        'net_revenue', 'costed_revenue', 'costed_margin', 'lifetime_value', 'recurring_at_start',
        'recurring_at_end'] else 'integer' %}
    cast(sum(facts.{{ column }}) as {{ type }}) as {{ column }},
    {% endfor %}
    facts.customer_id,
    calendar.as_of_date
from facts
inner join calendar on facts.activity_date = calendar.activity_date
group by facts.customer_id, calendar.as_of_date
