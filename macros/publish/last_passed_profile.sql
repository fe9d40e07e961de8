{% macro last_passed_profile() -%}
    {#- The profile of the last build that passed the gate, as a subquery; no rows before the
        first. The gate writes the table itself, so dbt has no ref to it. -#}
    {%- set passed = adapter.get_relation(this.database, this.schema, 'passed_profiles') if execute -%}
    {%- if passed -%}
    (select * from {{ passed }} where passed_at = (select max(passed_at) from {{ passed }})) as last_passed
    {%- else -%}
    (
        select
            cast(null as string) as business_line,
            cast(null as string) as tier_code,
            cast(null as integer) as customers,
            cast(null as double) as share,
            cast(null as integer) as line_customers
        where 1 = 0
    ) as last_passed
    {%- endif -%}
{%- endmacro %}
