/* One row per scored date and business line with buyers: the margin rate of the line, for customers
   of whose orders no cost is known; and how finely the histories of its customers
   are told apart before the CLV models learn from them, so that what they read stays bounded. Exact
   up to 100,000 different histories; beyond, in the finest steps of days that leave no more than
   250,000, as coarser ones shift the parameters. */
{% set most = 100000 %}
{% set most_in_steps = 250000 %}
{{ config(materialized='restated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

summaries as (

    select * from {{ of_restated_dates(ref('int_btyd_summaries'), 'int_dates_to_restate') }}
    where btyd_frequency is not null

),

/* By what was earned in the window: what the line earned long ago says little of what it will. */
margins as (

    select
        as_of_date,
        business_line,
        cast(sum(margin) as double) / cast(sum(net_revenue) as double) as margin_rate
    from summaries
    where margin is not null
    group by as_of_date, business_line
    having sum(net_revenue) > 0

),

settings as (

    {{ method_settings('clv', [
        'horizon_months', 'monthly_discount_rate', 'min_repeat_customers', 'margin_rate',
    ]) }}

),

histories as (

    select
        as_of_date,
        business_line,
        policy,
        btyd_frequency,
        btyd_recency_days,
        btyd_age_days,
        count(*) as customers
    from summaries
    group by as_of_date, business_line, policy, btyd_frequency, btyd_recency_days, btyd_age_days

),

lines as (

    select
        {% for days in [7, 14, 28] %}
        count(
            distinct
            cast(btyd_frequency as bigint) * 100000000
            + cast(floor(btyd_recency_days / {{ days }}) as bigint) * 10000
            + cast(floor(btyd_age_days / {{ days }}) as bigint)
        ) as histories_of_{{ days }}_days,
        {% endfor %}
        as_of_date,
        business_line,
        policy,
        sum(customers) as customers,
        sum(case when btyd_frequency > 0 then customers else 0 end) as repeat_customers,
        count(*) as histories
    from histories
    group by as_of_date, business_line, policy

),

spends as (

    select
        as_of_date,
        business_line,
        count(*) as spends
    from (
        select distinct
            as_of_date,
            business_line,
            btyd_frequency,
            mean_repeat_spend
        from summaries
        where mean_repeat_spend > 0
    ) as different
    group by as_of_date, business_line

)

select
    lines.as_of_date,
    lines.business_line,
    lines.policy,
    cast(lines.customers as integer) as customers,
    cast(lines.repeat_customers as integer) as repeat_customers,
    cast(lines.histories as integer) as histories,
    case
        when lines.histories <= {{ most }} then 1
        {% for days in [7, 14, 28] %}
        when lines.histories_of_{{ days }}_days <= {{ most_in_steps }} then {{ days }}
        {% endfor %}
        else 91
    end as step_days,
    coalesce(spends.spends, 0) > {{ most }} as has_binned_spends,
    {{ round_double('coalesce(margins.margin_rate, settings.margin_rate)', 4) }} as margin_rate,
    cast(settings.horizon_months as integer) as horizon_months,
    /* Of an amount a month, each month discounted: how many months of it the horizon is worth. */
    case
        when settings.monthly_discount_rate > 0
            then {{ round_double(
                '(1 - power(1 + settings.monthly_discount_rate, -settings.horizon_months))'
                ~ ' / settings.monthly_discount_rate', 6
            ) }}
        else settings.horizon_months
    end as discounted_months,
    settings.monthly_discount_rate,
    cast(settings.min_repeat_customers as integer) as min_repeat_customers
from lines
left join spends on lines.as_of_date = spends.as_of_date and lines.business_line = spends.business_line
left join margins on lines.as_of_date = margins.as_of_date and lines.business_line = margins.business_line
left join settings on lines.policy = settings.policy
