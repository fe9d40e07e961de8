{% macro at_current_date(model_name) -%}
    {#- The rows of a table per customer and scored date at the current date, to stand after from or
        join. As a constant where it is known, so that the other dates are not even read. -#}
    {%- set current_date = 'select as_of_date from ' ~ ref('int_scoring_dates') ~ ' where is_current' -%}
    (
        select part.*
        from {{ ref(model_name) }} as part
        where part.as_of_date = {% if knows_its_dates() -%}
            {{ date_constant(run_query(current_date).rows[0][0]) }}
        {%- else -%}
            ({{ current_date }})
        {%- endif %}
    )
{%- endmacro %}
