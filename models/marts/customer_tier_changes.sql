/* One row per customer and closed period in which the tier changed: from, to, and what moved.
   The points of the methods are compared for these customers alone. */
{{ config(materialized='restated', meta={'rows_restated_by': 'tier_dates_to_restate'}) }}
{% set methods = weighted_methods() %}
with

closed_dates as (

    select as_of_date
    from {{ ref('int_scoring_dates') }}
    where not is_current

),

changes as (

    select changes.*
    from {{ to_restate(ref('tier_changes'), 'tier_dates_to_restate') }} as changes
    inner join closed_dates on changes.as_of_date = closed_dates.as_of_date
    where changes.from_tier_code is not null and changes.to_tier_code is not null

),

tiers as (

    select
        cast(tier_code as string) as tier_code,
        cast(tier_rank as integer) as tier_rank
    from {{ ref('tiers') }}

),

method_labels as (

    {{ method_labels(methods) }}

),

compared as (

    select
        changes.*,
        to_tiers.tier_rank < from_tiers.tier_rank as is_promotion,
        later.composite_score,
        coalesce(later.composite_score, 0) - coalesce(earlier.composite_score, 0) as composite_change,
        {% for method in methods %}
        coalesce(later.{{ method }}_points, 0) - coalesce(earlier.{{ method }}_points, 0)
            as {{ method }}_change,
        {% endfor %}
        state_later.is_overridden or state_earlier.is_overridden as is_by_hand,
        coalesce(state_later.guardrail_code, '') <> coalesce(state_earlier.guardrail_code, '')
            as is_by_guardrail,
        /* Also where grace lends a worse tier than before. */
        state_earlier.is_in_grace as is_after_grace,
        state_later.business_line <> state_earlier.business_line as is_by_line,
        rules_later.calibrated_at <> rules_earlier.calibrated_at as is_recalibrated,
        /* By the tier starts that held before, too. */
        case
            when to_tiers.tier_rank < from_tiers.tier_rank
                then
                    later.composite_score > coalesce(earlier.composite_score, 0)
                    and later.composite_score >= starts.next_lower_score
            else
                later.composite_score < earlier.composite_score
                and later.composite_score < starts.lower_score
        end as is_by_points
    from changes
    inner join tiers as from_tiers on changes.from_tier_code = from_tiers.tier_code
    inner join tiers as to_tiers on changes.to_tier_code = to_tiers.tier_code
    {% for moment, date in [('earlier', 'previous_date'), ('later', 'as_of_date')] %}
    inner join {{ of_compared_dates(ref('tier_composite'), 'tier_dates_to_restate') }} as {{ moment }}
        on
            changes.customer_id = {{ moment }}.customer_id
            and changes.{{ date }} = {{ moment }}.as_of_date
    inner join {{ of_compared_dates(ref('tier_assigned'), 'tier_dates_to_restate') }} as state_{{ moment }}
        on
            changes.customer_id = state_{{ moment }}.customer_id
            and changes.{{ date }} = state_{{ moment }}.as_of_date
    left join {{ ref('fit_calibrations') }} as rules_{{ moment }}
        on
            changes.{{ date }} = rules_{{ moment }}.as_of_date
            and state_{{ moment }}.business_line = rules_{{ moment }}.business_line
    {% endfor %}
    left join {{ ref('tier_cut_points') }} as starts
        on
            changes.previous_date = starts.as_of_date
            and state_earlier.business_line = starts.business_line
            and changes.from_tier_code = starts.tier_code

)

select
    compared.customer_id,
    compared.as_of_date,
    compared.previous_date,
    compared.business_line,
    compared.from_tier_code,
    compared.to_tier_code,
    case when compared.is_promotion then 'up' else 'down' end as direction,
    case
        when compared.is_by_hand then 'override'
        when compared.from_tier_code = 'P' then 'first_purchase'
        when compared.to_tier_code = 'L' then 'lapsed'
        when compared.from_tier_code = 'L' then 'returned'
        when compared.is_by_guardrail then 'guardrail'
        /* The end of grace is never the cause of a promotion. */
        when compared.is_after_grace and not compared.is_promotion then 'end_of_grace'
        when compared.is_by_line then 'business_line'
        when compared.is_by_points or not compared.is_recalibrated then 'points'
        else 'recalibrated'
    end as cause,
    compared.composite_score,
    cast(compared.composite_change as decimal(9, 4)) as composite_change,
    {{ moved_factors(methods, 'en', ', ') }} as moved_factors_en,
    {{ moved_factors(methods, 'zh', '，') }} as moved_factors_zh
from compared
cross join method_labels
