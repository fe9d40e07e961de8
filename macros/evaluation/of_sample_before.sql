{% macro of_sample_before(model_name) -%}
    {#- The rows of a table per customer and scored date at the published date before the current one, of
        customers whose id has as low a hash as those of fit_cluster_sample. To stand after from or join, in
        tables only. Date and hash are constants where they are known, for which an engine works out a view
        for those rows alone; no hash on Spark, as in of_evaluated_dates. -#}
    {%- set dates, sample = ref('int_scoring_dates'), ref('fit_cluster_sample') -%}
    {%- set is_known = is_run_of_model() and load_relation(dates) and load_relation(sample) -%}
    (
        select part.*
        from {{ ref(model_name) }} as part
        {%- if is_known %}
        {%- set found = run_query(
            'select cast(as_of_date as string), max(substring(md5(customer_id), 1, 4)) from ' ~ sample
            ~ ' where as_of_date in (select previous_date from ' ~ dates ~ ' where is_current) group by as_of_date'
        ) %}
        where
            {{ is_one_of('part.as_of_date', found.columns[0].values()) }}
            {%- if found.rows and target.type == 'duckdb' %}
            and substring(md5(part.customer_id), 1, 4) <= '{{ found.rows[0][1] }}'
            {%- endif %}
        {%- else %}
        inner join {{ dates }} as part_dates on part.as_of_date = part_dates.previous_date and part_dates.is_current
        {%- endif %}
    )
{%- endmacro %}
