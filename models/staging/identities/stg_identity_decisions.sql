/* One row per record of what people have decided of two ids, typed, each with its outcome. One that does not
   say why and by whom is rejected: nobody could explain it. */
with

raw as (

    select * from {{ source('crm', 'identity_decisions') }}

),

typed as (

    select
        source_row,
        {{ clean_id('customer_id') }} as customer_id,
        {{ clean_id('other_customer_id') }} as other_customer_id,
        {{ clean_code('decision') }} as decision,
        {{ clean_text('author') }} as author,
        {{ clean_text('reason') }} as reason,
        {{ parse_timestamp('decided_at') }} as decided_at
    from raw

),

records as (

    select
        *,
        case
            when customer_id is null or other_customer_id is null or customer_id = other_customer_id
                then 'missing_customer'
            when coalesce({{ id_problem('customer_id') }}, {{ id_problem('other_customer_id') }}) is not null
                then 'damaged_id'
            when author is null or reason is null then 'missing_explanation'
            when decided_at is null then 'unparsable_date'
            when decision not in ('same', 'different') or decision is null then 'unknown_decision'
        end as problem
    from typed

),

{{ resolve_versions('identity_decisions', key=['customer_id', 'other_customer_id', 'decided_at']) }}

select * from resolved
