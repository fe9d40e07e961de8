/* One row per record of the tier overrides, typed, each with its outcome. An override that does
   not say why, by whom and until when is rejected: nobody could explain the tier it gives. */
with

raw as (

    select * from {{ records_to_read('tier_overrides') }}

),

tiers as (

    select cast(tier_code as string) as tier_code
    from {{ ref('tiers') }}

),

typed as (

    select
        source_row,
        {{ customer_of('customer_id') }} as customer_id,
        upper({{ clean_text('tier_code') }}) as given_tier,
        {{ clean_text('reason') }} as reason,
        {{ clean_text('author') }} as author,
        {{ clean_text('valid_until') }} is null as has_no_end,
        cast({{ parse_timestamp('valid_from') }} as date) as valid_from,
        cast({{ parse_timestamp('valid_until') }} as date) as valid_until
    from raw

),

records as (

    select
        typed.source_row,
        typed.customer_id,
        tiers.tier_code,
        typed.reason,
        typed.author,
        typed.valid_from,
        typed.valid_until,
        case
            when typed.customer_id is null then 'missing_customer'
            when {{ id_problem('typed.customer_id') }} is not null then 'damaged_id'
            when typed.reason is null or typed.author is null or typed.has_no_end then 'missing_explanation'
            when typed.valid_from is null or typed.valid_until is null then 'unparsable_date'
            when typed.valid_until < typed.valid_from then 'ends_before_it_begins'
            when tiers.tier_code is null or tiers.tier_code in ('L', 'P') then 'unknown_tier'
        end as problem
    from typed
    left join tiers on typed.given_tier = upper(tiers.tier_code)

),

{{ resolve_versions('tier_overrides', key=['customer_id', 'valid_from']) }}

select * from resolved
