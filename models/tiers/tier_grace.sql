/* One row per customer and scored date on which an earlier closed period still counts: the best
   raw tier that it lends. A tier counts for as many periods after its own as its grace says
   (seed tier_bands, by the policy of that period). Not recursive: what is lent is not lent on. Select it
   together with tier_assigned, for whose run it names the dates. */
{{ config(materialized='view') }}
with

graces as (

    select
        cast(bands.policy as string) as policy,
        cast(bands.tier_code as string) as tier_code,
        cast(tiers.tier_rank as integer) as tier_rank,
        cast(bands.grace_periods as integer) as grace_periods
    from {{ ref('tier_bands') }} as bands
    inner join {{ ref('tiers') }} as tiers on bands.tier_code = tiers.tier_code
    where cast(bands.grace_periods as integer) > 0

),

/* To which later dates, of those that take part in this run, each date lends which tier. */
loans as (

    select
        lending.as_of_date as lending_date,
        borrowing.as_of_date,
        graces.policy,
        graces.tier_code,
        graces.tier_rank
    from {{ ref('int_scoring_dates') }} as lending
    cross join graces
    inner join {{ ref('int_scoring_dates') }} as borrowing
        on
            lending.periods_back > borrowing.periods_back
            and lending.periods_back - borrowing.periods_back <= graces.grace_periods
    inner join {{ ref('tier_dates_to_restate') }} as restated on borrowing.as_of_date = restated.as_of_date
    where borrowing.is_published or borrowing.is_imagined

),

/* By constants, see dates_where: else every date there is would be read. */
lending as (

    select * from {{ ref('tier_raw') }}
    {% if not restates_everything() -%}
    where {{ is_one_of('as_of_date', asked_column(
        'select distinct cast(lending.as_of_date as string) as day from ' ~ ref('int_scoring_dates')
        ~ ' as lending inner join ' ~ ref('int_scoring_dates') ~ ' as borrowing on lending.periods_back - '
        ~ 'borrowing.periods_back between 1 and (select max(cast(bands.grace_periods as integer)) from '
        ~ ref('tier_bands') ~ ' as bands) inner join ' ~ ref('tier_dates_to_restate')
        ~ ' as restated on borrowing.as_of_date = restated.as_of_date where borrowing.is_published or borrowing.is_imagined order by 1'
    )) }}
    {%- endif %}

)

select
    raw.customer_id,
    loans.as_of_date,
    min(loans.tier_rank) as lent_rank
from lending as raw
inner join loans
    on
        raw.as_of_date = loans.lending_date
        and raw.policy = loans.policy
        and raw.raw_tier_code = loans.tier_code
group by raw.customer_id, loans.as_of_date
