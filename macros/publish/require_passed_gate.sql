{% macro require_passed_gate() -%}
    {#- Pre-hook of every published table: refuses unless the gate has passed the candidate that
        the table would be built of. -#}
    {%- set gate = ref('customer_tier_gate') -%}
    {%- set candidate = ref('customer_tier_candidate') -%}
    {%- if execute -%}
        {%- set problem = why_not_published(gate, candidate) -%}
        {%- if problem %}
    select {{ stop_build(dbt.string_literal(dbt.escape_single_quotes(
        this.identifier ~ ' was not published: ' ~ problem
    ))) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro why_not_published(gate, candidate) -%}
    {#- In words; nothing if the candidate has passed. -#}
    {%- if not load_relation(gate) or not load_relation(candidate) -%}
        {{ return('the gate has not judged any candidate in this warehouse yet. Run: dbt build') }}
    {%- endif -%}
    {%- set verdict = run_query(
        "select count(case when outcome = 'blocked' then 1 end) as blocked, count(*) as expectations, "
        ~ 'max(invocation_id) as invocation_id, max(candidate_fingerprint) as fingerprint from ' ~ gate
    ).rows[0] -%}
    {%- if verdict['blocked'] > 0 or verdict['expectations'] == 0 -%}
        {{ return(
            'the gate did not pass the last candidate (' ~ verdict['blocked'] ~ ' expectation(s) blocked; see '
            ~ gate.schema ~ '.' ~ gate.identifier ~ '). Mend it, then run: dbt build'
        ) }}
    {%- endif -%}
    {#- The candidate cannot have changed since the gate of this very build, where the engine keeps
        others out of the warehouse meanwhile; otherwise look. -#}
    {%- if (verdict['invocation_id'] != invocation_id or not has_transactions())
        and run_query(fingerprint(candidate)).rows[0][0] != verdict['fingerprint'] -%}
        {{ return(
            'the candidate has changed since the gate passed one. Run dbt build, or: '
            ~ 'dbt run -s gate_context customer_tier_profile customer_tier_gate ' ~ this.identifier
        ) }}
    {%- endif -%}
{%- endmacro %}


{% macro record_publication() -%}
    {#- Post-hook of every published table, in its transaction: which candidate it was built of.
        The export takes the latest row of each table: a set of files is of one candidate. -#}
    {%- set gate = ref('customer_tier_gate') -%}
    {%- if execute -%}
    insert into {{ gate_sibling(gate, 'publications') }}
        (table_name, candidate_fingerprint, invocation_id, published_at)
    select
        '{{ this.identifier }}' as table_name,
        max(candidate_fingerprint) as candidate_fingerprint,
        '{{ invocation_id }}' as invocation_id,
        cast({{ dbt.current_timestamp() }} as timestamp) as published_at
    from {{ gate }}
    {%- endif -%}
{%- endmacro %}
