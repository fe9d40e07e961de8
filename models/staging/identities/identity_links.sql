/* One row per level of trust and record that shares a key with another one: the first record of all that are
   connected with it at that level, and whether these make one person. */
{{ config(materialized='table') }}
with

connected as (

    select * from {{ ref('identity_connections') }}

),

named as (

    select
        connected.level,
        connected.label,
        count(distinct records.name) as names
    from connected
    inner join {{ ref('identity_records') }} as records on connected.record_id = records.record_id
    group by connected.level, connected.label

),

/* Two of whom people have decided that they are not one. */
parted as (

    select distinct
        one.level,
        one.label
    from {{ ref('identity_decisions') }} as decisions
    inner join connected as one on decisions.customer_id = one.record_id
    inner join connected as other
        on
            decisions.other_customer_id = other.record_id
            and one.level = other.level
            and one.label = other.label
    where decisions.decision = 'different'

),

groups as (

    select
        connected.level,
        connected.label,
        count(*) as records,
        max(connected.goes_on) as goes_on
    from connected
    group by connected.level, connected.label

)

select
    connected.level,
    connected.record_id,
    connected.first_record_id,
    case
        when parted.label is not null then 'decided_different'
        when groups.goes_on = 1 or groups.records > {{ var('most_records_of_a_person') }}
            then 'too_many_records'
        when named.names > {{ var('most_names_of_a_person') }} then 'too_many_names'
    end as problem,
    groups.records
from connected
inner join groups on connected.level = groups.level and connected.label = groups.label
left join named on connected.level = named.level and connected.label = named.label
left join parted on connected.level = parted.level and connected.label = parted.label
