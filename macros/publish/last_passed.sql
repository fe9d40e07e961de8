{% macro last_passed(table, columns) -%}
    {#- What the last build that passed the gate left in a table of audit, as a subquery; no rows before the first. The
        gate writes the table itself, so dbt has no ref to it.
        Args: columns: name and type of each column that is asked for. -#}
    {%- set passed = load_relation(audit_table(table)) if execute -%}
    {%- if passed -%}
    (select * from {{ passed }} where build_number = (select max(build_number) from {{ passed }}))
    {%- else -%}
    (
        select
            {%- for name, type in columns.items() %}
            cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
            {%- endfor %}
        where 1 = 0
    )
    {%- endif -%}
{%- endmacro %}


{% macro id_hash(column) -%}
    {#- Stands for an id, as text; the same on one engine only. -#}
    cast({{ hash_of(column) }} as string)
{%- endmacro %}
