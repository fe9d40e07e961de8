/* One row per scored date, business line and level of the customer pyramid: from which net revenue
   in the window a customer belongs to it. The percentile at which the shares of the better levels
   (seed pyramid_levels) end, over the customers who ordered in the window, in two significant
   digits. */
{{ config(materialized='calibrated', meta={'dates_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select * from {{ of_calibrations(ref('int_customer_features'), 'int_dates_to_restate') }}
    where order_count > 0

),

levels as (

    select
        cast(level as string) as pyramid_level,
        cast(level_rank as integer) as level_rank,
        cast(share as integer) as share
    from {{ ref('pyramid_levels') }}

),

learned as (

    select
        as_of_date,
        business_line,
        count(*) as customers,
        {% set fractions = [] %}
        {% for percent in range(1, 100) %}{% do fractions.append(percent / 100) %}{% endfor %}
        {{ percentiles('net_revenue', fractions) }} as percentiles
    from features
    group by as_of_date, business_line

),

placed as (

    select
        learned.*,
        levels.pyramid_level,
        levels.level_rank,
        100 - cast(sum(levels.share) over (
            partition by learned.as_of_date, learned.business_line order by levels.level_rank
        ) as integer) as from_percent,
        max(levels.level_rank) over (partition by learned.as_of_date, learned.business_line) as worst_rank
    from learned
    cross join levels

),

rounded as (

    select
        *,
        /* The worst level has no lower end. */
        case
            when level_rank < worst_rank
                then {{ round_significant(array_item('percentiles', 'from_percent')) }}
        end as from_amount
    from placed

)

select
    as_of_date,
    business_line,
    pyramid_level,
    level_rank,
    case when level_rank = worst_rank then 0 else from_percent end as from_percent,
    coalesce(
        lag(from_percent) over (partition by as_of_date, business_line order by level_rank), 100
    ) as until_percent,
    from_amount,
    lag(from_amount) over (partition by as_of_date, business_line order by level_rank) as until_amount,
    cast(customers as integer) as customers
from rounded
