{#- What the warehouse answers while a model compiles or a hook runs. -#}

{% macro asked_value(sql) -%}
    {#- The one value of the first row. -#}
    {{ return(run_query(sql).rows[0][0]) }}
{%- endmacro %}


{% macro asked_column(sql) -%}
    {#- The values of the first column. -#}
    {{ return(run_query(sql).columns[0].values()) }}
{%- endmacro %}


{% macro dates_where(relation, condition) -%}
    {#- The dates of a relation, as constants and in their order: an engine leaves out by a constant what it would
        read and throw away by a join, and works out a view for those dates alone. -#}
    {{ return(asked_column(
        'select distinct cast(as_of_date as string) as day from ' ~ relation ~ ' where ' ~ condition ~ ' order by 1'
    )) }}
{%- endmacro %}
