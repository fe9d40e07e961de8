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
        inner join {{ ref(dates) }} as part_dates on part.as_of_date = part_dates.as_of_date
        where
            part_dates.for_everyone
            or part.customer_id in (select changed.customer_id from {{ ref('int_changed_customers') }} as changed)
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
        inner join {{ ref(dates) }} as part_dates on part.as_of_date = part_dates.as_of_date
    )
    {%- endif -%}
{%- endmacro %}
