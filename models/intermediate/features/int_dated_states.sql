/* One row per customer and scored date of the customer's scope: the running totals as they stand at the date,
   and the line that the customer belongs to. On the imagined date (int_scoring_dates) everybody who has
   bought has ordered once more, for the usual amount, and nothing else has happened but what is recorded. */
{{ config(materialized='view') }}
{% set orders_once_more = 'dated.is_imagined and dated.usual_order_amount > 0' %}
{% set imagined = {
    'previous_purchase_date':
        'case when ' ~ orders_once_more ~ ' then dated.last_purchase_date else dated.previous_purchase_date end',
    'last_purchase_date': 'case when ' ~ orders_once_more ~ ' then dated.as_of_date else dated.last_purchase_date end',
} %}
{% for total, step in {
    'purchase_day_count': '1', 'lifetime_order_count': '1', 'order_count': '1',
    'lifetime_net_revenue': 'dated.usual_order_amount', 'net_revenue': 'dated.usual_order_amount',
}.items() %}
{% set type = 'integer' if step == '1' else 'decimal(18, 4)' %}
{% set added = 'case when ' ~ orders_once_more ~ ' then ' ~ step ~ ' else 0 end' %}
{% do imagined.update({total: 'cast(dated.' ~ total ~ ' + ' ~ added ~ ' as ' ~ type ~ ')'}) %}
{% endfor %}
with

{% for name, model in {
    'states': 'int_customer_states', 'spans': 'int_scoring_spans', 'customers': 'int_customers',
    'dates': 'int_scoring_dates', 'leading_lines': 'int_leading_business_lines',
}.items() %}
{{ name }} as (

    select * from {{ ref(model) }}

),

{% endfor %}
dated as (

    select
        states.*,
        spans.as_of_date,
        dates.is_imagined,
        /* What an order of the customer brings: in the window, else ever. */
        {{ round_significant(
            'coalesce(nullif(greatest(states.net_revenue, 0), 0) / nullif(states.order_count, 0), '
            ~ 'nullif(greatest(states.lifetime_net_revenue, 0), 0) / nullif(states.lifetime_order_count, 0))'
        ) }} as usual_order_amount,
        customers.attributes_hash,
        {{ age_band('customers.birth_date', 'spans.as_of_date') }} as age_band,
        coalesce(
            leading_lines.business_line,
            case when states.purchase_day_count > 0 then customers.only_business_line end,
            customers.own_business_line,
            'default'
        ) as business_line
    from states
    inner join spans
        on
            states.state_from = spans.span_from
            and states.state_until = spans.span_until
            and states.scope = spans.scope
    inner join dates on spans.as_of_date = dates.as_of_date
    inner join customers on states.customer_id = customers.customer_id
    left join leading_lines
        on
            states.customer_id = leading_lines.customer_id
            and spans.as_of_date = leading_lines.as_of_date
    /* A call may be older than the record of its customer. A comparison would be taken for a join. */
    where {{ dbt.datediff('customers.known_since', 'spans.as_of_date', 'day') }} >= 0 -- noqa: LT05

)

select {{ star_with('dated', imagined) }}
from dated
