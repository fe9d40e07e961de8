{% macro tell_verdict() -%}
    {#- Post-hook of the gate, after its commit: tells what was warned about or let through, and
        stops the build, with everything a person needs to act, where something is blocked. -#}
    {%- if execute -%}
    {%- set verdict = run_query(
        'select outcome, suite, expectation, observed, examples, accepted_because from ' ~ this
        ~ " where outcome <> 'passed' order by suite, expectation"
    ).rows -%}
    {#- Where its tests run as well, these tell it, and dbt counts it. -#}
    {%- set tests = selected_resources | select('in', gate_warning_tests()) | list -%}
    {%- if not tests -%}
    {%- for row in verdict if row['outcome'] == 'warned' -%}
        {%- do exceptions.warn('WARN from the gate: ' ~ told_expectation(row)) -%}
    {%- endfor -%}
    {%- for row in verdict if row['outcome'] == 'let_through' -%}
        {%- do exceptions.warn(
            'WARN from the gate: let through because "' ~ row['accepted_because'] ~ '": ' ~ told_expectation(row)
        ) -%}
    {%- endfor -%}
    {%- endif -%}
    {%- set blocked = verdict | selectattr('outcome', 'equalto', 'blocked') | list -%}
    {%- if blocked %}
    select {{ stop_build(dbt.string_literal(dbt.escape_single_quotes(blocked_message(blocked)))) }}
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro told_expectation(row) -%}
    {%- set lines = [row['expectation'], 'found: ' ~ row['observed']] -%}
    {%- if row['examples'] -%}
        {%- do lines.append('such as: ' ~ row['examples']) -%}
    {%- endif -%}
    {{ return(lines | join('\n     ')) }}
{%- endmacro %}


{% macro blocked_message(blocked) -%}
    {%- set was_published = asked_value('select count(*) from ' ~ audit_table('publications')) -%}
    {%- set lines = [
        'The gate stopped this build, and nothing was published: '
            ~ ('the published tables and files are' if was_published else 'nothing of this warehouse'),
        ('still those of the last build that passed.' if was_published else 'has been published yet.'), '',
    ] -%}
    {%- for row in blocked -%}
        {%- do lines.append('  ' ~ loop.index ~ '. ' ~ told_expectation(row)) -%}
    {%- endfor -%}
    {%- do lines.extend([
        '',
        'What to do: find the cause in the data or in the rules, mend it, and run: ' ~ build_command(),
    ]) -%}
    {%- if 'block_customer_drop' in blocked | map(attribute='expectation') | join(' ') -%}
        {%- do lines.append(
            'If customer ids are made of contacts: is CUSTOMER_KEY_SECRET the one of the last build?'
        ) -%}
    {%- endif -%}
    {%- do lines.extend([
        'If it is a jump since the last passed build, and a wanted one, say why and it is let through:',
        '    ' ~ build_command_with('accept_jump_because: "<the reason>"'),
        'If these are other data than those of the last build, give them a warehouse and an export of their own:',
        '    DUCKDB_PATH=own.duckdb EXPORT_PATH=own_export',
        'The whole verdict: ' ~ this.schema ~ '.' ~ this.identifier
            ~ '; the candidate: ' ~ this.schema ~ '.customer_tier_candidate;',
        'the checks: expectations/*.yml; the bounds: seeds/gate_bounds.csv.',
    ]) -%}
    {{ return(lines | join('\n')) }}
{%- endmacro %}


{% macro gate_warning_tests() -%}
    {#- The ids of the tests that tell what the gate warns of (tests/generic/gate_warning.sql). -#}
    {%- set ids = [] -%}
    {#- While parsing there is no graph yet. -#}
    {%- for node in (graph.nodes or {}).values()
        if node.resource_type == 'test' and (node.test_metadata or {}).get('name') == 'gate_warning' -%}
        {%- do ids.append(node.unique_id) -%}
    {%- endfor -%}
    {{ return(ids) }}
{%- endmacro %}
