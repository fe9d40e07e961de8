{% macro at_current_date(model_name, which='is_current') -%}
    {#- The rows of a table per customer and scored date at the current date, or at that of `which` (a column of
        int_scoring_dates), to stand after from or join. For tables only: they are made in the run that knows the
        date, so that it can be a constant (see dates_where). -#}
    {%- set dates = ref('int_scoring_dates') -%}
    (
        select part.*
        from {{ ref(model_name) }} as part
        {%- if is_run_of_model() and model.config.materialized != 'view' and load_relation(dates) %}
        where {{ is_one_of('part.as_of_date', dates_where(dates, which)) }}
        {%- else %}
        inner join {{ dates }} as part_dates on part.as_of_date = part_dates.as_of_date and part_dates.{{ which }}
        {%- endif %}
    )
{%- endmacro %}
