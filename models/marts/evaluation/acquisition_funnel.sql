/* One row per business line, month of the first contact, acquisition channel and owner: how many customers
   came how far, from the first contact over an opportunity to the first order, and how long it took them. */
{% set spans = {
    'contact_to_opportunity': ['contact_date', 'opportunity_date'],
    'opportunity_to_won': ['opportunity_date', 'won_date'],
    'won_to_order': ['won_date', 'order_date'],
    'contact_to_order': ['contact_date', 'order_date'],
} %}
with

steps as (

    select
        {% for span, (first_day, last_day) in spans.items() %}
        /* An order may be written before the deal is closed: no days between the two then. */
        case
            when steps.{{ last_day }} >= steps.{{ first_day }}
                then {{ dbt.datediff('steps.' ~ first_day, 'steps.' ~ last_day, 'day') }} -- noqa: LT05
        end as days_{{ span }},
        {% endfor %}
        assigned.business_line,
        cast({{ dbt.date_trunc('month', 'steps.contact_date') }} as date) as contact_month,
        coalesce(steps.acquisition_channel, 'unknown') as acquisition_channel,
        coalesce(steps.owner, 'none') as owner,
        steps.opportunity_date,
        steps.won_date,
        steps.order_date
    from {{ ref('acquisition_steps') }} as steps
    inner join {{ at_current_date('tier_assigned') }} as assigned on steps.customer_id = assigned.customer_id

)

select
    business_line,
    contact_month,
    acquisition_channel,
    owner,
    {% for span in spans %}
    {{ round_double(array_item(percentiles('days_' ~ span, [0.5]), 1), 1) }} as median_days_{{ span }},
    {% endfor %}
    count(*) as customers,
    count(opportunity_date) as customers_with_opportunity,
    count(won_date) as customers_with_won_opportunity,
    count(order_date) as customers_with_order,
    {{ round_double('cast(count(order_date) as double) / count(*)', 6) }} as order_share
from steps
group by business_line, contact_month, acquisition_channel, owner
