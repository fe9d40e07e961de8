{% macro of_known_customers(model_name, columns, days={}, members_too=false) -%}
    {#- A query of the records of a staging model, each with its final outcome: a record of somebody who is
        neither in the CRM's list nor has an order is rejected.

        Args:
            model_name: the staging model; its rows have a customer_id.
            columns: what to keep beside source_row and customer_id.
            days: names of dates to add, each with the moment whose day it is.
            members_too: whether the records are of persons, who may be members of an account. -#}
    select
        records.source_row,
        records.customer_id,
        {%- for day, moment in days.items() %}
        cast(records.{{ moment }} as date) as {{ day }},
        {%- endfor %}
        {%- for column in columns %}
        records.{{ column }},
        {%- endfor %}
        case
            when records.outcome = 'accepted' and customers.customer_id is null then 'rejected'
            else records.outcome
        end as outcome,
        case
            when records.outcome = 'accepted' and customers.customer_id is null then 'unknown_customer'
            else records.reject_reason
        end as reject_reason
    from {{ ref(model_name) }} as records
    {%- if members_too %}
    left join (
        select known.customer_id from {{ ref('int_customers') }} as known
        union all
        select members.customer_id from {{ ref('int_account_members') }} as members
    ) as customers on records.customer_id = customers.customer_id
    {%- else %}
    left join {{ ref('int_customers') }} as customers on records.customer_id = customers.customer_id
    {%- endif %}
{%- endmacro %}


{% macro in_reporting_currency(records, amount, day) -%}
    {#- A query of records, with the amount in the reporting currency at the rate of a day, and rejected
        where there is no such rate. -#}
    select
        records.*,
        case
            when records.currency is null or records.currency = '{{ setting("reporting_currency") }}'
                then records.{{ amount }}
            else {{ money_times('records.' ~ amount, 'rates.rate') }}
        end as converted_amount,
        case
            when
                records.{{ amount }} is null
                or coalesce(records.currency, '{{ setting("reporting_currency") }}') = '{{ setting("reporting_currency") }}'
                then null
            when rates.rate is not null
                then case
                    when {{ is_out_of_range(money_times('records.' ~ amount, 'rates.rate'), 'records.' ~ amount) }}
                        then 'out_of_range'
                end
            when currencies.currency is null then 'unknown_currency'
            else 'no_exchange_rate'
        end as currency_problem
    from {{ records }} as records
    left join {{ ref('int_exchange_rates') }} as rates
        on records.currency = rates.currency and records.{{ day }} = rates.rate_date
    left join (select distinct currency from {{ ref('int_exchange_rates') }}) as currencies
        on records.currency = currencies.currency
{%- endmacro %}
