/* One row per date that is scored: the current date and the last `history_months` month ends
   before it, none of them before the first order. */
{{- wait_for_config() }}
with

sales as (

    select
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from {{ ref('int_orders') }}
    where outcome = 'accepted' and amount >= 0

),

current_date_chosen as (

    select
        first_order_date,
    {% if var('as_of_date') == 'latest' -%}
    coalesce(
        last_order_date,
        cast({{ stop_build(
                "'No order could be accepted, so there is nothing to tier. '
                || 'intermediate.int_rejected_records says why, row by row.'"
            ) }} as date)
    ) as as_of_date
    {%- elif var('as_of_date') == 'today' -%}
        {{ run_date() }} as as_of_date
        {%- else -%}
        date '{{ var("as_of_date") }}' as as_of_date
        {%- endif %}
    from sales

),

candidates as (

    select
        as_of_date,
        first_order_date,
        true as is_current
    from current_date_chosen

    {#- No more than config_errors allows: a slip must not end in an endless statement. #}
    {% for months_back in range(1, [var('history_months') | int, 120] | min + 1) %}
    union all
    select
        last_day({{ dbt.dateadd('month', -months_back, 'as_of_date') }}) as as_of_date,
        first_order_date,
        false as is_current
    from current_date_chosen
    {% endfor %}

)

select
    as_of_date,
    is_current
from candidates
where is_current or as_of_date >= first_order_date
