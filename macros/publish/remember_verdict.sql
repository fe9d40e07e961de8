{% macro remember_verdict() -%}
    {#- Post-hook of the gate, in its transaction: keeps the verdict in gate_history and, if it passed, the profile
        that the next build is measured against. These tables are no models, so that no --full-refresh drops them. -#}
    {%- if execute -%}
    {%- set history = gate_sibling(this, 'gate_history') -%}
    {#- Not the examples: they name customers, who may ask to be forgotten. -#}
    {%- set columns = adapter.get_columns_in_relation(this) | rejectattr('name', 'equalto', 'examples')
        | map(attribute='quoted') | join(', ') -%}
    {%- do run_query(
        'create table if not exists ' ~ history ~ ' as select ' ~ columns ~ ' from ' ~ this ~ ' where 1 = 0'
    ) -%}
    {%- do run_query(
        'insert into ' ~ history ~ ' (' ~ columns ~ ') select ' ~ columns ~ ' from ' ~ this
    ) %}
    insert into {{ gate_sibling(this, 'passed_profiles') }}
        (passed_at, business_line, tier_code, customers, share, line_customers, build_number)
    select
        (select max(decided_at) from {{ this }}) as passed_at,
        business_line,
        tier_code,
        customers,
        share,
        line_customers,
        {{ run_number() }} as build_number
    from {{ gate_sibling(this, 'customer_tier_profile') }}
    where
        not exists (select 1 from {{ this }} where outcome = 'blocked')
        and not exists (select 1 from {{ gate_sibling(this, 'gate_context') }} where is_of_the_past)
    {%- endif -%}
{%- endmacro %}


{% macro gate_sibling(gate, identifier) -%}
    {#- A table of the schema that the gate is in. -#}
    {{ return(api.Relation.create(database=gate.database, schema=gate.schema, identifier=identifier)) }}
{%- endmacro %}
