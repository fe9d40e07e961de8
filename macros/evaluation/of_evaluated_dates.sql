{% macro of_evaluated_dates(model_name, highest_hash='g') -%}
    {#- The rows of a table per customer and scored date at the dates whose evaluation this run works out, to
        stand after from or join. In a run that works out everything, too, these are few of all dates.
        Args: highest_hash: of the sample, where that is one: what is above it is never worked out, as dates and
        hash are constants. Not on Spark, whose optimizer has no end with such conditions on so many views. -#}
    {%- set dates = ref('evaluation_dates_to_restate') -%}
    {%- if not knows_evaluated_dates() or target.type != 'duckdb' -%}
        {{ ref(model_name) }}
    {%- else -%}
    (
        select part.*
        from {{ ref(model_name) }} as part
        where
            {{ is_one_of('part.as_of_date', dates_where(dates, 'true')) }}
            {%- if highest_hash < 'g' %}
            and substring(md5(part.customer_id), 1, 4) <= '{{ highest_hash }}'
            {%- endif %}
    )
    {%- endif -%}
{%- endmacro %}


{% macro highest_sampled_hash() -%}
    {#- Above which no customer of evaluation_sample is; g, which is above all, where none is left out. -#}
    {%- set sample = ref('evaluation_sample') -%}
    {%- if not knows_evaluated_dates() -%}{{ return('g') }}{%- endif -%}
    {{ return(asked_value(
        'select case when max(below) < ' ~ "'g'" ~ ' then max(key_hash) else ' ~ "'g'" ~ ' end from ' ~ sample
    ) or 'g') }}
{%- endmacro %}


{% macro knows_evaluated_dates() -%}
    {{ return(is_run_of_model() and load_relation(table_of('evaluation', 'evaluation_dates_to_restate')) is not none) }}
{%- endmacro %}
