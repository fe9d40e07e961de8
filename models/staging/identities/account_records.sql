/* One row per record of customers of whom one names a parent, or is named as one: what counts of it. The one
   that stg_customers accepts, worked out before a run knows which records it reads: who rolls up to whom can
   depend on anybody. So it looks at all of the list, and reads the few records in question. */
{{ config(materialized='table') }}
{{- wait_for_config() }}
with

linked as (

    select distinct
        {{ clean_id('customer_id') }} as record_id,
        {{ clean_id('parent_customer_id') }} as parent_id
    from {{ source('crm', 'customers') }}
    where parent_customer_id is not null

),

named as (

    select record_id from linked
    where parent_id is not null
    union
    select parent_id as record_id from linked
    where parent_id is not null

),

/* Other records of the same persons may be declared something, or name another parent. */
persons as (

    select distinct identities.customer_id
    from {{ ref('identities') }} as identities
    inner join named on identities.record_id = named.record_id

),

wanted as (

    select record_id from named
    union
    select identities.record_id
    from {{ ref('identities') }} as identities
    inner join persons on identities.customer_id = persons.customer_id

),

raw as (

    select customers.*
    from {{ source('crm', 'customers') }} as customers
    where {{ clean_id('customers.customer_id') }} in (select wanted.record_id from wanted)

),

{{ typed_customers() }}

/* As resolve_versions puts them in order; a later file has higher numbers. */
ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by case when problem is null then 0 else 1 end, updated_at desc nulls last, source_row desc
        ) as place
    from records

)

select
    ranked.customer_id as record_id,
    coalesce(identities.customer_id, ranked.customer_id) as customer_id,
    ranked.customer_type,
    ranked.business_line,
    ranked.parent_customer_id,
    ranked.role,
    cast(ranked.created_at as date) as created_date,
    ranked.updated_at
from ranked
left join {{ ref('identities') }} as identities on ranked.customer_id = identities.record_id
where ranked.place = 1 and ranked.problem is null
