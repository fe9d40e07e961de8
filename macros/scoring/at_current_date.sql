{% macro at_current_date(model_name, which='is_current') -%}
    {#- The rows of a table per customer and scored date at the current date, or at that of `which` (a column of
        int_scoring_dates), to stand after from or join. For tables only: they are made in the run that knows the date, so that it can be a
        constant, for which an engine works out a view of all dates for that one alone. -#}
    {%- set dates = ref('int_scoring_dates') -%}
    {%- set is_known = execute and model.resource_type != 'unit_test' and flags.WHICH in ['build', 'run', 'retry']
        and model.config.materialized != 'view' and load_relation(dates) -%}
    {%- if is_known -%}
    (
        select part.*
        from {{ ref(model_name) }} as part
        where {{ is_one_of('part.as_of_date', run_query(
            'select cast(as_of_date as string) from ' ~ dates ~ ' where ' ~ which
        ).columns[0].values()) }}
    )
    {%- else -%}
    (
        select part.*
        from {{ ref(model_name) }} as part
        inner join {{ dates }} as part_dates on part.as_of_date = part_dates.as_of_date and part_dates.{{ which }}
    )
    {%- endif -%}
{%- endmacro %}
