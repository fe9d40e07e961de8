{% macro typed_records(source_name, columns, renamed={}, ends={}) -%}
    {#- The first CTEs of a staging model that has no rules of its own, up to `records`: typed rows with a
        reject_reason, as resolve_versions takes them.

        Args:
            source_name: the raw source.
            columns: column to kind. id and customer are texts that must be there; text; code and currency
                are texts in lower and upper case; date must be there and be past, past_date may be
                missing, any_date may be missing or to come; amount must be there, number may be missing.
            renamed: column to the name that it gets, where the raw one is taken.
            ends: the day on which a record begins to the day, if any, on which it ends. -#}
    {%- set reasons = {
        'id': 'missing_id', 'customer': 'missing_customer', 'date': 'unparsable_date', 'amount': 'unparsable_amount',
    } -%}
    raw as (
        select * from {{ records_to_read(source_name) }}
    ),

    typed as (
        select
            {%- for column, kind in columns.items() %}
            {%- set name = renamed.get(column, column) %}
            {%- if kind in ['date', 'past_date', 'any_date'] %}
            {{ column }} as raw_{{ name }},
            {{ parse_timestamp(column) }} as {{ name }},
            {%- elif kind in ['number', 'amount'] %}
            {{ column }} as raw_{{ name }},
            {{ parse_number(column) }} as {{ name }},
            {%- elif kind == 'code' %}
            lower({{ clean_text(column) }}) as {{ name }},
            {%- elif kind == 'currency' %}
            upper({{ clean_text(column) }}) as {{ name }},
            {%- else %}
            {{ clean_text(column) }} as {{ name }},
            {%- endif %}
            {%- endfor %}
            source_row
        from raw
    ),

    records as (
        select
            source_row,
            {%- for column in columns %}
            {{ renamed.get(column, column) }},
            {%- endfor %}
            coalesce(
                {%- for column, kind in columns.items() if kind in reasons %}
                case when {{ renamed.get(column, column) }} is null then '{{ reasons[kind] }}' end,
                {%- endfor %}
                {%- for column, kind in columns.items() %}
                {%- set name = renamed.get(column, column) %}
                {%- if kind in ['date', 'past_date', 'any_date'] %}
                {{ date_problem('raw_' ~ name, name, may_be_later=(kind == 'any_date')) }},
                {%- elif kind in ['number', 'amount'] %}
                {{ number_problem('raw_' ~ name, name) }},
                {%- endif %}
                {%- endfor %}
                {%- for begin, end in ends.items() %}
                case when cast({{ end }} as date) < cast({{ begin }} as date) then 'ends_before_it_begins' end,
                {%- endfor %}
                null
            ) as reject_reason
        from typed
    ),
{%- endmacro %}
