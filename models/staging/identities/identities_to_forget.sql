/* One row per id that somebody gave who asked to be forgotten, and other id that is a record of the same
   person: by what connects records today; of an id that has no record any more, by what did at the last
   finished run.
   They ask as persons, whatever id of theirs they give. */
-- depends_on: {{ ref('identity_records') }}
{%- set finished = load_relation(audit_table('finished_identities')) if execute %}
with

given as (

    /* The ids that earlier runs have found have no row in the list. */
    select distinct {{ clean_id('deletions.customer_id') }} as asked_id
    from {{ source('crm', 'deletions') }} as deletions
    where deletions.source_row is not null and {{ clean_id('deletions.customer_id') }} is not null

),

asked as (

    select
        asked_id,
        asked_id as id
    from given
    union
    select
        connected.asked_id,
        connected.id
    from {{ source('crm', 'connected_ids') }} as connected
    inner join given on connected.asked_id = given.asked_id

),

persons as (

    select
        record_id,
        customer_id
    from {{ ref('identity_persons') }}

),
{% if finished %}
finished as (

    select
        record_id,
        customer_id
    from {{ finished }}

),

without_record as (

    select asked.id
    from asked
    left join {{ ref('identity_records') }} as records on asked.id = records.record_id
    where records.record_id is null

),
{% endif %}
connected as (

    {% for records in ['persons'] + (['finished'] if finished else []) %}
    select
        asked.asked_id,
        other.record_id as id
    from asked
    inner join {{ records }} as own on asked.id = own.record_id
    inner join {{ records }} as other on own.customer_id = other.customer_id
    {% if records == 'finished' %}
    where asked.id in (select without_record.id from without_record)
    {% endif %}
    {{ 'union' if not loop.last }}
    {% endfor %}

)

select distinct
    asked_id,
    id
from connected
where asked_id <> id
