/* One row per record of the sales opportunities, with its amount in the reporting currency and its final
   outcome: of nobody we know, in a stage that the seed opportunity_stages lacks or in a currency without a
   rate it is rejected. One that is won or lost is closed, at the latest when it was last written. */
with

known as (

    {{ of_known_customers(
        'stg_opportunities',
        ['opportunity_id', 'stage', 'amount', 'currency', 'closed_at', 'updated_at', 'contact_roles'],
        days={'created_date': 'created_at'}
    ) }}

),

converted as (

    {{ in_reporting_currency('known', 'amount', 'created_date') }}

),

stages as (

    select
        lower(cast(stage as string)) as stage,
        cast(stage_kind as string) as stage_kind,
        cast(probability as decimal(5, 4)) as probability
    from {{ ref('opportunity_stages') }}

),

judged as (

    select
        converted.*,
        stages.stage_kind,
        stages.probability,
        case when stages.stage is null then 'unknown_stage' else converted.currency_problem end as problem
    from converted
    left join stages on converted.stage = stages.stage

)

select
    source_row,
    customer_id,
    opportunity_id,
    created_date,
    case when stage_kind <> 'open' then cast(coalesce(closed_at, updated_at, created_date) as date) end
        as closed_date,
    /* Without a closing day the length of a deal is not known. */
    case when stage_kind = 'won' then {{ dbt.datediff('created_date', 'cast(closed_at as date)', 'day') }} end -- noqa: LT05
        as cycle_days,
    stage,
    stage_kind,
    probability,
    converted_amount as amount,
    contact_roles,
    case when outcome = 'accepted' and problem is not null then 'rejected' else outcome end as outcome,
    case when outcome = 'accepted' then problem else reject_reason end as reject_reason
from judged
