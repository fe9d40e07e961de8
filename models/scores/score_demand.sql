/* One row per customer and scored date: when the next order is to be expected, and of what. The date is the
   last purchase and the usual days between two (score_lifecycle); its spread is what the line's
   customers were seen to stray; the category is the one that most often follows the last one
   (affinity, first-order transitions). Full marks while the order is due, less the further off it is,
   or the longer it is overdue. */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

rhythms as (

    select * from {{ ref('score_lifecycle') }}

),

spreads as (

    select * from {{ ref('fit_gap_spread') }}

),

affinities as (

    select * from {{ ref('fit_category_affinity') }}

),

settings as (

    {{ method_settings('demand', ['horizon_days', 'early_ratio', 'late_ratio']) }}

),

spread as (

    select
        features.customer_id,
        features.as_of_date,
        features.last_purchase_date,
        features.recency_days,
        features.last_category,
        affinities.next_category,
        settings.horizon_days,
        rhythms.usual_interval_days * coalesce(cast(spreads.usual_ratio as double), 1) as usual_days,
        rhythms.usual_interval_days * coalesce(cast(spreads.early_ratio as double), settings.early_ratio)
            as early_days,
        rhythms.usual_interval_days * coalesce(cast(spreads.late_ratio as double), settings.late_ratio)
            as late_days
    from features
    inner join rhythms
        on features.customer_id = rhythms.customer_id and features.as_of_date = rhythms.as_of_date
    left join spreads
        on features.as_of_date = spreads.as_of_date and features.business_line = spreads.business_line
    left join affinities
        on features.as_of_date = affinities.as_of_date and features.last_category = affinities.category
    left join settings on features.policy = settings.policy

),

rounded as (

    select
        *,
        cast({{ round_double('usual_days', 0) }} as integer) as expected_days,
        cast({{ round_double('least(early_days, usual_days)', 0) }} as integer) as earliest_days,
        cast({{ round_double('greatest(late_days, usual_days)', 0) }} as integer) as latest_days
    from spread

)

select
    customer_id,
    as_of_date,
    cast({{ dbt.dateadd('day', 'expected_days', 'last_purchase_date') }} as date) as expected_order_date,
    cast({{ dbt.dateadd('day', 'earliest_days', 'last_purchase_date') }} as date) as earliest_order_date,
    cast({{ dbt.dateadd('day', 'latest_days', 'last_purchase_date') }} as date) as latest_order_date,
    expected_days - recency_days as days_to_expected_order,
    coalesce(next_category, last_category) as next_category,
    case
        when earliest_days - recency_days > horizon_days
            then {{ round_double('100 * horizon_days / (earliest_days - recency_days)', 2) }}
        when recency_days <= latest_days then 100
        when latest_days > 0
            then {{ round_double(
                'greatest(0.0, 100 * (2 - cast(recency_days as double) / latest_days))', 2
            ) }}
        when recency_days is not null then 0
    end as score
from rounded
