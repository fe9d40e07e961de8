{% macro typed_customers() -%}
    {#- Two CTEs from `raw` records of the customers to `records`, typed, with what is wrong with each: for
        stg_customers, and for account_records, which must know of all that name a parent before a run knows
        which records it reads. -#}
    typed as (

        select
            source_row,
            decimal_sign,
            {{ clean_id('customer_id') }} as customer_id,
            {{ clean_text('name') }} as name,
            {{ clean_text('email') }} as email,
            {{ clean_text('phone') }} as phone,
            {{ clean_code('customer_type') }} as customer_type,
            {{ clean_code('business_line') }} as business_line,
            {{ clean_text('industry') }} as industry,
            {{ clean_text('company_size') }} as company_size,
            {{ clean_text('region') }} as region,
            {{ clean_text('city') }} as city,
            cast({{ parse_timestamp('birth_date') }} as date) as birth_date,
            {{ clean_text('gender') }} as gender,
            {{ clean_text('acquisition_channel') }} as acquisition_channel,
            acquisition_cost as raw_acquisition_cost,
            {{ parse_number('acquisition_cost', is_money=true) }} as acquisition_cost,
            {{ currency_in('acquisition_cost') }} as sign_of_acquisition_cost,
            {{ clean_text('owner') }} as owner,
            {{ clean_id('parent_customer_id') }} as parent_customer_id,
            {{ clean_text('role') }} as role,
            created_at as raw_created_at,
            {{ parse_timestamp('created_at') }} as created_at,
            updated_at as raw_updated_at,
            {{ parse_timestamp('updated_at') }} as updated_at
        from raw

    ),

    records as (

        select
            source_row,
            customer_id,
            name,
            email,
            phone,
            customer_type,
            business_line,
            industry,
            company_size,
            region,
            city,
            birth_date,
            gender,
            acquisition_channel,
            acquisition_cost,
            owner,
            parent_customer_id,
            role,
            created_at,
            updated_at,
            case
                when
                    coalesce(name, email, phone, owner, raw_created_at) is null
                    and {{ is_report_leftover('customer_id') }}
                    then 'report_leftover'
                when customer_id is null then 'missing_id'
                else coalesce(
                    {{ id_problem('customer_id') }},
                    {{ number_problem('raw_acquisition_cost', 'acquisition_cost') }},
                    {{ currency_problem('sign_of_acquisition_cost') }},
                    {{ date_problem('raw_created_at', 'created_at') }},
                    {{ date_problem('raw_updated_at', 'updated_at', may_be_later=true) }}
                )
            end as problem
        from typed

    ),
{%- endmacro %}
