{#- A view of DuckDB takes the place of the old one in one statement. dbt's way for all databases makes it under
    another name, renames both and drops the old one: three times as long, for every third model of a build. -#}

{% materialization view, adapter='duckdb' %}
    {%- set relations = create_or_replace_view() -%}
    {%- do adapter.commit() -%}
    {{ return(relations) }}
{% endmaterialization %}


{% macro duckdb__get_create_view_as_sql(relation, sql) -%}
    create or replace view {{ relation }} as (
        {{ sql }}
    )
{%- endmacro %}
