{% macro last_passed_profile() -%}
    {#- The profile of the last build that passed the gate, as a subquery; no rows before the first. The gate writes
        the table itself, so dbt has no ref to it. What passed before runs had numbers has none, and is older. -#}
    {%- set passed = adapter.get_relation(this.database, this.schema, 'passed_profiles') if execute -%}
    {%- if passed -%}
    (
        select passed.*
        from {{ passed }} as passed
        inner join (
            select
                build_number,
                passed_at
            from {{ passed }}
            order by coalesce(build_number, 0) desc, passed_at desc
            limit 1
        ) as last_one
            on
                passed.passed_at = last_one.passed_at
                and coalesce(passed.build_number, 0) = coalesce(last_one.build_number, 0)
    ) as last_passed
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
