/* One row per customer and period (from the day after a published date to the next one): the groups that they
   were in at its start, whether they have churned by its end, and what came of them. Customers who became
   known in between are the group `entry` of the line and policy that they came to, as in tier_migration. */
{{ config(materialized='view') }}
with

dates as (

    select
        as_of_date,
        previous_date
    from {{ ref('int_scoring_dates') }}
    where is_published and previous_date is not null

),

starts as (

    select
        assigned.customer_id,
        dates.as_of_date,
        assigned.business_line,
        assigned.policy,
        assigned.tier_code,
        assigned.lifecycle_stage,
        classes.segment as rfm_zh
    from {{ ref('tier_assigned') }} as assigned
    inner join dates on assigned.as_of_date = dates.previous_date
    inner join {{ ref('segment_rfm_zh') }} as classes
        on assigned.customer_id = classes.customer_id and assigned.as_of_date = classes.as_of_date

),

ends as (

    select
        assigned.customer_id,
        assigned.as_of_date,
        assigned.business_line,
        assigned.policy,
        assigned.lifecycle_stage
    from {{ ref('tier_assigned') }} as assigned
    inner join dates on assigned.as_of_date = dates.as_of_date

),

people as (

    select
        coalesce(starts.customer_id, ends.customer_id) as customer_id,
        coalesce(starts.as_of_date, ends.as_of_date) as as_of_date,
        coalesce(starts.business_line, ends.business_line) as business_line,
        coalesce(starts.policy, ends.policy) as policy,
        coalesce(starts.tier_code, 'entry') as tier,
        coalesce(starts.lifecycle_stage, 'entry') as lifecycle,
        coalesce(starts.rfm_zh, 'entry') as rfm_zh,
        ends.customer_id is not null as is_known_at_end,
        coalesce(starts.lifecycle_stage <> 'prospect', false) as had_bought,
        /* Only of those who are still known can it be said. */
        coalesce(starts.lifecycle_stage not in ('prospect', 'churned'), false)
        and ends.customer_id is not null as could_churn,
        coalesce(starts.lifecycle_stage not in ('prospect', 'churned'), false)
        and coalesce(ends.lifecycle_stage = 'churned', false) as has_churned
    from starts
    full outer join ends
        on starts.customer_id = ends.customer_id and starts.as_of_date = ends.as_of_date

)

select
    {% for column in performance_facts_added() %}
    facts.{{ column }},
    {% endfor %}
    facts.purchase_days,
    people.*
from people
left join {{ ref('performance_facts') }} as facts
    on people.customer_id = facts.customer_id and people.as_of_date = facts.as_of_date
