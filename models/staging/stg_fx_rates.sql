/* One row per record of the exchange rates, typed, each with its outcome. */
with

raw as (

    select * from {{ source('crm', 'fx_rates') }}

),

typed as (

    select
        source_row,
        decimal_sign,
        {{ currency_code('currency') }} as currency,
        valid_from as raw_valid_from,
        {{ parse_timestamp('valid_from') }} as valid_from,
        rate as raw_rate,
        {{ parse_number('rate', scale=8) }} as rate
    from raw

),

records as (

    select
        source_row,
        currency,
        cast(valid_from as date) as valid_from,
        rate,
        case
            when currency is null then 'missing_id'
            else coalesce(
                {{ date_problem('raw_valid_from', 'valid_from', may_be_later=true) }},
                case when valid_from is null then 'unparsable_date' end,
                {{ number_problem('raw_rate', 'rate') }},
                case when rate is null or rate <= 0 then 'unparsable_amount' end
            )
        end as problem
    from typed

),

{{ resolve_versions('fx_rates', key=['currency', 'valid_from']) }}

select * from resolved
