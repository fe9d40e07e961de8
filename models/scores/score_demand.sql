/* One row per customer and scored date: when the next order is to be expected. The date is the
   last purchase and the usual days between two (score_lifecycle) or, where that has passed, as many days from
   now; without an own rhythm the renewal of a contract. Its spread is what the line's
   customers were seen to stray. Full marks while the order is due, less the further off it is, or the
   longer it is overdue. What is to be expected then is in next_category. */
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

settings as (

    {{ method_settings('demand', ['horizon_days', 'early_ratio', 'late_ratio']) }}

),

spread as (

    select
        features.customer_id,
        features.as_of_date,
        features.last_purchase_date,
        features.recency_days,
        case when rhythms.rhythm_source <> 'own' then features.days_to_renewal end as days_to_renewal,
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
    left join settings on features.policy = settings.policy

),

rounded as (

    select
        *,
        cast({{ round_double('usual_days', 0) }} as integer) as expected_days,
        cast({{ round_double('least(early_days, usual_days)', 0) }} as integer) as earliest_days,
        cast({{ round_double('greatest(late_days, usual_days)', 0) }} as integer) as latest_days
    from spread

),

dated as (

    select
        *,
        coalesce(expected_days < recency_days and days_to_renewal is null, false) as is_overdue,
        case when expected_days < recency_days then 0 else recency_days end as days_gone
    from rounded

)

select
    customer_id,
    as_of_date,
    {% for day in ['expected', 'earliest', 'latest'] %}
    cast({{ dbt.dateadd(
        'day', 'coalesce(days_to_renewal, ' ~ day ~ '_days - days_gone)', 'as_of_date'
    ) }} as date) as {{ day }}_order_date,
    {% endfor %}
    coalesce(days_to_renewal, expected_days - days_gone) as days_to_expected_order,
    is_overdue,
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
from dated
