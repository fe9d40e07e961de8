/* One row per date that is scored for the tiers of that day: the current date, the ends of the last
   `history_periods` closed periods before it, and before those as many as the longest grace looks back on;
   none of them before the first order. */
{{- wait_for_config() }}
{% set period, unit, length = scored_period() %}
{% set history = [var('history_periods') | int, 120] | min %}
with

sales as (

    select
        min(order_date) as first_order_date,
        max(order_date) as last_order_date
    from {{ ref('int_orders') }}
    where outcome = 'accepted' and amount >= 0

),

reasons as (

    select {{ listed("chr(10) || '  - ' || sentence_en") }} as sentences
    from {{ ref('int_reject_reasons') }}
    where source = 'orders'

),

refusals as (

    select
        'No order could be accepted, so there is nothing to tier. Of ' || cast(counts.rows_in as string)
        || ' records of orders ' || cast(counts.rows_rejected as string) || ' were rejected, '
        || cast(counts.rows_excluded as string) || ' are no sale, ' || cast(counts.rows_forgotten as string)
        || ' are of people who asked to be forgotten.' || coalesce(reasons.sentences, '') || chr(10)
        || 'intermediate.int_rejected_records says why, row by row.' as refusal
    from {{ ref('int_row_counts') }} as counts
    cross join reasons
    where counts.source = 'orders'

),

current_date_chosen as (

    select
        first_order_date,
    {% if var('as_of_date') == 'latest' -%}
    coalesce(
        last_order_date,
        cast({{ stop_build("(select refusals.refusal from refusals)") }} as date)
    ) as as_of_date
    {%- elif var('as_of_date') == 'today' -%}
        {{ run_date() }} as as_of_date
        {%- else -%}
        date '{{ var("as_of_date") }}' as as_of_date
        {%- endif %}
    from sales

),

graces as (

    select max(cast(grace_periods as integer)) as longest_grace
    from {{ ref('tier_bands') }}

),

candidates as (

    select
        as_of_date,
        first_order_date,
        0 as periods_back
    from current_date_chosen

    {% for periods_back in range(1, history + 13) %}
    union all
    select
        cast({{ dbt.dateadd(
            'day', -1, dbt.dateadd(unit, (1 - periods_back) * length, dbt.date_trunc(period, 'as_of_date'))
        ) }} as date) as as_of_date,
        first_order_date,
        {{ periods_back }} as periods_back
    from current_date_chosen
    {% endfor %}

)

select
    candidates.as_of_date,
    candidates.first_order_date,
    candidates.periods_back,
    candidates.periods_back = 0 as is_current,
    candidates.periods_back <= {{ history }} as is_published
from candidates
cross join graces
where
    candidates.periods_back = 0
    or (
        candidates.as_of_date >= candidates.first_order_date
        and {{ history }} > 0
        and candidates.periods_back <= {{ history }} + graces.longest_grace
    )
