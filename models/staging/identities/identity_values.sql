/* One row per record and rule of the seed identity_rules of which the record has all that it asks for: what
   may be a key, if another record has it, too. */
{{ config(materialized='view') }}
{% set columns = [
    'name', 'email', 'phone', 'birth_date', 'member_number', 'union_id', 'linked_customer_id',
] %}
with

rules as (

    select
        cast(rule as string) as rule,
        '+' || cast(columns as string) || '+' as key_columns,
        cast(trust as integer) as trust,
        cast(most_records as integer) as most_records,
        cast(unless as string) as unless
    from {{ ref('identity_rules') }}

),

asked as (

    select
        records.record_id,
        rules.rule,
        rules.trust,
        rules.most_records,
        rules.unless,
        rules.key_columns = '+linked_customer_id+' as is_link,
        {{ name_key('records.name') }} as name_key,
        records.email,
        records.phone,
        /* Null where one of the columns is: then there is no key. */
        {% for column in columns %}
        case
            when position('+{{ column }}+' in rules.key_columns) = 0 then ''
            else cast(records.{{ column }} as string) || ' '
        end{{ ' ||' if not loop.last }}
        {% endfor %} as key_value
    from {{ ref('identity_records') }} as records
    cross join rules

)

select * from asked
where key_value is not null
