{% macro plainspark__persist_constraints(relation, model) -%}
    {#- Nothing: what a contract says was checked while the table was written. dbt-spark would alter
        the columns, which only Delta tables can have done to them. -#}
{%- endmacro %}


{% macro only_without_nulls(sql, columns) -%}
    {#- The rows of a query; the statement fails on the first null in a column that its contract
        has as not_null, as it would on DuckDB. -#}
    {%- set required = [] -%}
    {%- for column in columns.values()
        if column.constraints | selectattr('type', 'equalto', 'not_null') | list -%}
        {%- do required.append(column.name) -%}
    {%- endfor -%}
    select *
    from (
        {{ sql }}
    ) as checked
    {%- if required %}
    where
        case
            {%- for name in required %}
            when {{ name }} is null
                then cast(raise_error('{{ this.identifier }}.{{ name }} is null, which its contract rules out') as boolean)
            {%- endfor %}
            else true
        end
    {%- endif %}
{%- endmacro %}
