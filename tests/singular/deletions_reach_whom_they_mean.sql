/* Prevents: a request to be forgotten with an id that a spreadsheet has changed (16 for 000016,
   2.02609E+11), or with none, so that the customer stays published and nobody is told. A warning,
   because 16 may have been somebody else, who is gone. */
{{ config(severity='warn') }}
{% set without_zeros = "lower(trim(leading '0' from %s.customer_id))" %}
with

requests as (

    select distinct {{ clean_id('deletions.customer_id') }} as customer_id
    from {{ source('crm', 'deletions') }} as deletions

),

customers as (

    select customer_id from {{ ref('int_customers') }}
    union all
    select customer_id from {{ ref('int_account_members') }}

)

select
    requests.customer_id as requested_id,
    customers.customer_id as still_published
from requests
left join customers
    on {{ without_zeros % 'requests' }} = {{ without_zeros % 'customers' }}
where
    requests.customer_id is null
    or customers.customer_id is not null
    or {{ id_problem('requests.customer_id') }} is not null
