{% macro of_evaluated_dates(model_name) -%}
    {#- The rows of a table per customer and scored date at the dates whose evaluation this run works out, to
        stand after from or join. In a run that works out everything, too, these are few of all dates. -#}
    {%- set dates = ref('evaluation_dates_to_restate') -%}
    {%- set is_known = execute and model.resource_type != 'unit_test' and flags.WHICH in ['build', 'run', 'retry']
        and load_relation(dates) -%}
    {%- if not is_known -%}
        {{ ref(model_name) }}
    {%- else -%}
    (
        select part.*
        from {{ ref(model_name) }} as part
        where {{ is_one_of('part.as_of_date', dates_to_restate('evaluation_dates_to_restate')) }}
    )
    {%- endif -%}
{%- endmacro %}
