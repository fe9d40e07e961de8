{% macro typed_records(source_name, columns, renamed={}, ends={}) -%}
    {#- The first CTEs of a staging model that has no rules of its own, up to `records`: typed rows with a
        reject_reason, as resolve_versions takes them.

        Args:
            source_name: the raw source.
            columns: column to kind. id and customer must be there, other_id may be missing; text; code and
                currency are texts in lower and upper case; date must be there and be past, past_date may be
                missing, any_date may be missing or to come; amount must be there and is not negative, number may
                be missing; money may be missing and name its currency, which is that of the column `currency`,
                else the reporting one.
            renamed: column to the name that it gets, where the raw one is taken.
            ends: the day on which a record begins to the day, if any, on which it ends. -#}
    {%- set missing = {'id': 'missing_id', 'customer': 'missing_customer', 'date': 'unparsable_date',
        'amount': 'unparsable_amount'} -%}
    raw as (
        select * from {{ records_to_read(source_name) }}
    ),

    typed as (
        select
            {%- for column, kind in columns.items() %}
            {%- set name = renamed.get(column, column) %}
            {%- if kind == 'customer' %}
            {{ customer_of(column) }} as {{ name }},
            {%- elif kind in ['id', 'other_id'] %}
            {{ clean_id(column) }} as {{ name }},
            {%- elif kind in ['date', 'past_date', 'any_date'] %}
            {{ column }} as raw_{{ name }},
            {{ parse_timestamp(column) }} as {{ name }},
            {%- elif kind in ['number', 'amount', 'money'] %}
            {{ column }} as raw_{{ name }},
            {{ parse_number(column, is_money=(kind == 'money')) }} as {{ name }},
            {%- if kind == 'money' %}
            {{ currency_in(column) }} as sign_of_{{ name }},
            {%- endif %}
            {%- elif kind == 'code' %}
            {{ clean_code(column) }} as {{ name }},
            {%- elif kind == 'currency' %}
            {{ currency_code(column) }} as {{ name }},
            {%- else %}
            {{ clean_text(column) }} as {{ name }},
            {%- endif %}
            {%- endfor %}
            decimal_sign,
            source_row
        from raw
    ),

    records as (
        select
            source_row,
            {%- for column, kind in columns.items() %}
            {%- set name = renamed.get(column, column) %}
            {%- if kind == 'currency' %}
            {{ currency_of(name, 'sign_of_' ~ money_column(columns)) }} as {{ name }},
            {%- else %}
            {{ name }},
            {%- endif %}
            {%- endfor %}
            coalesce(
                {%- if columns.values() | first == 'id' %}
                case when coalesce(
                    {%- for column, kind in columns.items()
                        if kind in ['customer', 'other_id', 'text', 'code', 'date', 'past_date', 'any_date'] %}
                    {{ 'raw_' if kind.endswith('date') }}{{ renamed.get(column, column) }},
                    {%- endfor %}
                    null
                ) is null and {{ is_report_leftover(columns | first) }} then 'report_leftover' end,
                {%- endif %}
                {%- for column, kind in columns.items() if kind in ['id', 'customer', 'other_id'] %}
                {%- set name = renamed.get(column, column) %}
                {%- if kind in missing %}
                case when {{ name }} is null then '{{ missing[kind] }}' end,
                {%- endif %}
                {{ id_problem(name) }},
                {%- endfor %}
                {%- for column, kind in columns.items() %}
                {%- set name = renamed.get(column, column) %}
                {%- if kind in ['date', 'past_date', 'any_date'] %}
                {{ date_problem('raw_' ~ name, name, may_be_later=(kind == 'any_date')) }},
                {%- elif kind in ['number', 'amount', 'money'] %}
                {{ number_problem('raw_' ~ name, name, may_be_negative=(kind != 'amount')) }},
                {%- endif %}
                {%- if kind == 'money' %}
                {{ currency_problem('sign_of_' ~ name, 'currency' if 'currency' in columns else none) }},
                {%- endif %}
                {%- if kind in ['date', 'amount'] %}
                case when {{ name }} is null then '{{ missing[kind] }}' end,
                {%- endif %}
                {%- endfor %}
                {%- for begin, end in ends.items() %}
                case when cast({{ end }} as date) < cast({{ begin }} as date) then 'ends_before_it_begins' end,
                {%- endfor %}
                null
            ) as problem
        from typed
    ),
{%- endmacro %}


{% macro money_column(columns) -%}
    {%- for column, kind in columns.items() if kind == 'money' -%}{{ return(column) }}{%- endfor -%}
{%- endmacro %}
