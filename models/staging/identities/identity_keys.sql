/* One row per record, rule and key: what the record has that only one person should have, by the rules of
   the seed identity_rules; and a key for every two records of which people have said that they are one. Keys
   say who people are. */
{{ config(materialized='table') }}
with

rules as (

    select
        cast(rule as string) as rule,
        '+' || cast(columns as string) || '+' as key_columns,
        cast(trust as integer) as trust,
        cast(most_records as integer) as most_records
    from {{ ref('identity_rules') }}

),

values_of_records as (

    select
        records.record_id,
        rules.rule,
        rules.trust,
        rules.most_records,
        {% set columns = [
            'name', 'email', 'phone', 'birth_date', 'member_number', 'union_id', 'linked_customer_id',
        ] %}
        /* Null where one of the columns is: then there is no key. */
        {% for column in columns %}
        case
            when position('+{{ column }}+' in rules.key_columns) = 0 then ''
            else cast(records.{{ column }} as string) || ' '
        end{{ ' ||' if not loop.last }}
        {% endfor %} as key_value
    from {{ ref('identity_records') }} as records
    cross join rules

),

/* Who is linked has the key of the link, too. */
linked as (

    select distinct
        records.linked_customer_id as record_id,
        rules.rule,
        rules.trust,
        rules.most_records,
        records.linked_customer_id || ' ' as key_value
    from {{ ref('identity_records') }} as records
    inner join rules on rules.key_columns = '+linked_customer_id+'
    where records.linked_customer_id is not null

),

decided as (

    select
        customer_id,
        other_customer_id,
        customer_id || ' ' || other_customer_id as key_value
    from {{ ref('identity_decisions') }}
    where decision = 'same'

),

keys as (

    select distinct * from values_of_records
    where key_value is not null
    union
    select * from linked
    union
    select
        customer_id as record_id,
        'decision' as rule,
        0 as trust,
        2 as most_records,
        key_value
    from decided
    union
    select
        other_customer_id as record_id,
        'decision' as rule,
        0 as trust,
        2 as most_records,
        key_value
    from decided

)

select
    *,
    count(*) over (partition by rule, key_value) as records
from keys
