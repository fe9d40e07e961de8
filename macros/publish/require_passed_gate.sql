{% macro require_passed_gate() -%}
    {#- Pre-hook of every published table, and of the export: refuses unless the gate has passed the build that all of
        it is of. -#}
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
    {#- In words; nothing if all is of one build, and that has passed. -#}
    {%- if not load_relation(gate) or not load_relation(candidate) -%}
        {{ return('the gate has not judged any candidate in this warehouse yet. Run: ' ~ build_command()) }}
    {%- endif -%}
    {#- By all columns: a verdict of an older version has no build number. -#}
    {%- set verdict = run_query('select * from ' ~ gate).rows -%}
    {%- set blocked = verdict | selectattr('outcome', 'equalto', 'blocked') | list | length -%}
    {%- if blocked or not verdict -%}
        {{ return(
            'the gate did not pass the last candidate (' ~ blocked ~ ' expectation(s) blocked; see '
            ~ gate.schema ~ '.' ~ gate.identifier ~ '). Mend it, then run: ' ~ build_command()
        ) }}
    {%- endif -%}
    {%- set judged = {
        'build': verdict[0].get('build_number') | int, 'candidate': verdict[0]['candidate_fingerprint'],
    } -%}
    {#- The candidate cannot have changed since the gate of this very build, where the engine keeps
        others out of the warehouse meanwhile; otherwise look. -#}
    {%- if (verdict[0]['invocation_id'] != invocation_id or not has_transactions())
        and asked_value(fingerprint(candidate)) != judged.candidate -%}
        {{ return(
            'the candidate has changed since the gate passed one. Run ' ~ build_command() ~ ', or: '
            ~ 'dbt run -s gate_context customer_tier_profile customer_tier_gate ' ~ this.identifier
        ) }}
    {%- endif -%}
    {%- set others = not_of_build(made_of([model.unique_id]), model_builds(), judged.build) -%}
    {%- if others -%}
        {{ return(
            'the gate has judged build ' ~ judged.build ~ ', and not all that this is made of is of that build: '
            ~ others ~ '. Run: ' ~ build_command()
        ) }}
    {%- endif -%}
    {{ return(why_not_from_what_is_published(judged) or why_not_rewritten_in_part()) }}
{%- endmacro %}


{% macro why_not_from_what_is_published(judged) -%}
    {#- A published table that this one, or the export, is made of must be of the judged build, and as it was written:
        in this very run, or with the fingerprint that it had then. -#}
    {%- set problems = [] -%}
    {%- set tables = [] -%}
    {%- for id in model.depends_on.nodes if id in graph.nodes and is_published(graph.nodes[id]) -%}
        {%- do tables.append(graph.nodes[id]) -%}
    {%- endfor -%}
    {%- set published = run_query(
        'select table_name, invocation_id, table_fingerprint from ' ~ audit_table('publications')
        ~ ' where build_number = ' ~ judged.build ~ " and candidate_fingerprint = '" ~ judged.candidate ~ "'"
    ).rows if tables else [] -%}
    {%- for table in tables -%}
        {%- set its = published | selectattr('table_name', 'equalto', table.name) | list -%}
        {%- if not its -%}
            {%- do problems.append(table.name ~ ' (not published from it)') -%}
        {%- elif invocation_id not in its | map(attribute='invocation_id')
            and not is_as_published(table, its | map(attribute='table_fingerprint') | list) -%}
            {%- do problems.append(table.name ~ ' (changed since it was published)') -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if problems -%}
        {{ return(
            'the gate has passed build ' ~ judged.build ~ ', and these published tables are not as that build '
            ~ 'made them: ' ~ problems | join(', ') ~ '. Run: ' ~ build_command('--full-refresh')
        ) }}
    {%- endif -%}
{%- endmacro %}


{% macro is_as_published(table, fingerprints) -%}
    {%- set relation = adapter.get_relation(table.database, table.schema, table.alias) -%}
    {{ return(relation and asked_value(fingerprint(relation)) in fingerprints) }}
{%- endmacro %}


{% macro why_not_rewritten_in_part() -%}
    {#- A table of which a run rewrites some rows keeps the others: alone, after the run that said which, it must
        still be what was published. In a whole run nobody looks: a full refresh cures what was edited before. -#}
    {%- if model.config.materialized == 'restated' and not restates_this_table_whole()
        and 'model.customer_tiering.run_scope' not in selected_resources
        and adapter.get_relation(this.database, this.schema, this.identifier) -%}
        {%- if flags.FULL_REFRESH -%}
            {{ return(
                'runs rewrite parts of it, and it is made anew only with all that it is made of. '
                ~ 'Run: ' ~ build_command('--full-refresh')
            ) }}
        {%- endif -%}
        {%- set known = asked_column(
            'select table_fingerprint from ' ~ audit_table('publications')
            ~ " where table_name = '" ~ this.identifier ~ "' and build_number = (select max(last.build_number) from "
            ~ audit_table('publications') ~ " as last where last.table_name = '" ~ this.identifier ~ "')"
        ) -%}
        {%- if not is_as_published(model, known) -%}
            {{ return('it has changed since it was published. Run: ' ~ build_command('--full-refresh')) }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro record_publication() -%}
    {#- Post-hook of every published table, in its transaction: of which build and candidate it is, and what it was
        when it was written. -#}
    {%- set gate = ref('customer_tier_gate') -%}
    {%- if execute -%}
    insert into {{ gate_sibling(gate, 'publications') }}
        (table_name, candidate_fingerprint, invocation_id, published_at, build_number, table_fingerprint)
    select
        '{{ this.identifier }}' as table_name,
        max(candidate_fingerprint) as candidate_fingerprint,
        '{{ invocation_id }}' as invocation_id,
        cast({{ dbt.current_timestamp() }} as timestamp) as published_at,
        max(build_number) as build_number,
        ({{ fingerprint(this) }}) as table_fingerprint
    from {{ gate }}
    {%- endif -%}
{%- endmacro %}


{% macro tell_disagreement() -%}
    {#- At the end of a run: says so where the published tables and the files are not of one build, because a run ended
        between them. -#}
    {%- set builds = {} -%}
    {%- for row in run_query(
        'select table_name, max(build_number) from ' ~ audit_table('publications')
        ~ ' where build_number is not null group by table_name'
    ).rows -%}
        {%- do builds.update({row[0]: row[1] | int}) -%}
    {%- endfor -%}
    {%- set exported = builds.pop('published_export', 0) -%}
    {%- set newer = [] -%}
    {%- for table, number in builds.items() if number > exported -%}
        {%- do newer.append(table ~ ' (build ' ~ number ~ ')') -%}
    {%- endfor -%}
    {%- if newer -%}
        {%- do log(
            '\nThe published tables and the exported files are not of one build. In the warehouse: '
            ~ newer | sort | join(', ') ~ '. In the files: '
            ~ ('build ' ~ exported if exported else 'nothing of this warehouse')
            ~ '.\nWhat people read is the files: they are whole, and older. Mend what has failed; then dbt retry '
            ~ 'goes on with this build, and ' ~ build_command() ~ ' makes a new one.',
            info=true
        ) -%}
    {%- endif -%}
{%- endmacro %}
