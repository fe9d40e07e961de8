{% macro to_restate(relation, dates) -%}
    {#- The rows of a table per customer and scored date that take part in this run: all of them, or
        those of the dates in `dates`, where a date counts for everyone or for the customers whose
        facts have changed. To stand after from or join.
        Args:
            relation: the table.
            dates: name of one of the models *_dates_to_restate. -#}
    {%- if not execute -%}
        {%- set reads = [ref(dates), ref('int_changed_customers'), ref('int_scoring_dates')] -%}
    {%- endif -%}
    {%- if restates_everything() -%}
        {{ relation }}
    {%- else -%}
    (
        select part.*
        from {{ relation }} as part
        where
            ({{ is_one_of('part.as_of_date', dates_where(ref(dates), 'for_everyone')) }})
            or (
                {{ is_one_of('part.as_of_date', dates_where(ref(dates), 'not for_everyone')) }}
                and part.customer_id in (
                    select changed.customer_id from {{ ref('int_changed_customers') }} as changed
                )
            )
    )
    {%- endif -%}
{%- endmacro %}


{% macro of_restated_dates(relation, dates) -%}
    {#- The rows of the dates that take part in this run, of all customers: what parameters are
        learned from. To stand after from or join. -#}
    {%- if not execute -%}{%- set reads = [ref(dates), ref('int_scoring_dates')] -%}{%- endif -%}
    {%- if restates_everything() -%}
        {{ relation }}
    {%- else -%}
    (
        select part.*
        from {{ relation }} as part
        where {{ is_one_of('part.as_of_date', dates_where(ref(dates), 'true')) }}
    )
    {%- endif -%}
{%- endmacro %}


{% macro of_calibrations(relation, dates) -%}
    {#- The rows of the calibration dates that take part in this run, of all customers: what rules are learned
        from that hold until the next one. To stand after from or join. -#}
    {%- if not execute -%}
        {%- set reads = [ref(dates), ref('fit_calibrations'), ref('int_scoring_dates')] -%}
    {%- endif -%}
    {%- if not is_run_of_model() -%}
        {{ relation }}
    {%- else -%}
    (
        select part.*
        from {{ relation }} as part
        where {{ is_one_of('part.as_of_date', dates_where(
            ref(dates), 'as_of_date in (select learned.calibrated_at from ' ~ ref('fit_calibrations') ~ ' as learned)'
        )) }}
    )
    {%- endif -%}
{%- endmacro %}


{% macro of_compared_dates(relation, dates) -%}
    {#- The rows at the closed dates that take part in this run, and at the published dates before
        them. To stand after from or join. -#}
    {%- if not execute -%}{%- set reads = [ref(dates), ref('int_scoring_dates')] -%}{%- endif -%}
    {%- if restates_everything() -%}
        {{ relation }}
    {%- else -%}
    {%- set closed = ' from ' ~ ref('int_scoring_dates') ~ ' where not is_current and as_of_date in '
        ~ '(select dated.as_of_date from ' ~ ref(dates) ~ ' as dated)' -%}
    (
        select part.*
        from {{ relation }} as part
        where {{ is_one_of('part.as_of_date', asked_column(
            'select cast(as_of_date as string) as day' ~ closed ~ ' union select cast(previous_date as string)'
            ~ closed ~ ' and previous_date is not null order by 1'
        )) }}
    )
    {%- endif -%}
{%- endmacro %}


{% macro is_one_of(column, dates) -%}
    {#- Whether a column is one of some dates given as constants, in their order; false where there are none.
        DuckDB carries bounds over from one side of a join to the other, and a list it does not. -#}
    {%- if dates | length == 1 -%}
        {{ column }} = date '{{ dates[0] }}'
    {%- elif dates -%}
        {{ column }} between date '{{ dates | first }}' and date '{{ dates | last }}'
        and {{ column }} in ({% for date in dates %}date '{{ date }}'{{ ', ' if not loop.last }}{% endfor %})
    {%- else -%}
        1 = 0
    {%- endif -%}
{%- endmacro %}
