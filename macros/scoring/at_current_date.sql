{% macro at_current_date(model_name) -%}
    {#- The rows of a table per customer and scored date at the current date, to stand after from or
        join. Narrowed here and not after the join, which would read every date. -#}
    (
        select part.*
        from {{ ref(model_name) }} as part
        inner join {{ ref('int_scoring_dates') }} as part_dates
            on part.as_of_date = part_dates.as_of_date and part_dates.is_current
    )
{%- endmacro %}
