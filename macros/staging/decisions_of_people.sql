{% macro decisions_of_people() -%}
    {#- Two CTEs of the models that read what people have decided of two ids, from `raw` to `records`: typed rows;
        `problem` says why one cannot be used. -#}
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

    )
{%- endmacro %}
