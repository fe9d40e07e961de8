{% macro to_restate(relation, dates) -%}
    {#- The rows of a table per customer and scored date that take part in this run: all of them, or
        those of the dates in `dates`, where a date counts for everyone or for the customers whose
        facts have changed. To stand after from or join.
        Args:
            relation: the table.
            dates: name of one of the models *_dates_to_restate. -#}
    {%- if not execute -%}
        {%- set reads = [ref(dates), ref('int_changed_customers')] -%}
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


{% macro forget_restated_rows(dates) -%}
    {#- Pre-hook of a table per customer and scored date: deletes the rows that take part in this
        run (see to_restate), and those of dates that are scored no more. -#}
    {%- if not execute -%}
        {%- set reads = [ref(dates), ref('int_changed_customers'), ref('int_scoring_dates'), ref('run_scope')] -%}
    {%- elif load_cached_relation(this) and not restates_everything() -%}
    delete from {{ this }}
    where
        as_of_date not in (select scored.as_of_date from {{ ref('int_scoring_dates') }} as scored)
        or as_of_date in (select dated.as_of_date from {{ ref(dates) }} as dated where dated.for_everyone)
        or (
            customer_id in (select changed.customer_id from {{ ref('int_changed_customers') }} as changed)
            and as_of_date in (select dated.as_of_date from {{ ref(dates) }} as dated)
        )
    {%- endif -%}
{%- endmacro %}


{% macro forget_restated_dates(dates) -%}
    {#- Pre-hook of a table of parameters: deletes the rows of the dates that take part in this run,
        and those of dates that are scored no more. -#}
    {%- if not execute -%}
        {%- set reads = [ref(dates), ref('int_scoring_dates'), ref('run_scope')] -%}
    {%- elif load_cached_relation(this) and not restates_everything() -%}
    delete from {{ this }}
    where
        as_of_date not in (select scored.as_of_date from {{ ref('int_scoring_dates') }} as scored)
        or as_of_date in (select dated.as_of_date from {{ ref(dates) }} as dated)
    {%- endif -%}
{%- endmacro %}


{% macro of_restated_dates(relation, dates) -%}
    {#- The rows of the dates that take part in this run, of all customers: what parameters are
        learned from. To stand after from or join. -#}
    {%- if not execute -%}{%- set reads = ref(dates) -%}{%- endif -%}
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
