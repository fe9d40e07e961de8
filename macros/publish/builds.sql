{#- Which build everything is of. A run that builds something has a number (audit.builds); a seed or model is of the
    run that last made it (audit.model_builds): begun when the run begins, all in one statement, and finished
    when it ends. So what a run that was killed, or a part, leaves behind is known for what it is. -#}

{% macro numbers_runs() -%}
    {#- Whether this is a run that builds something, and so has a number; `dbt compile` and the like have none. -#}
    {{ return(execute and flags.WHICH in ['build', 'run', 'seed']) }}
{%- endmacro %}


{% macro made_of(published) -%}
    {#- The seeds and models that published tables are made of, however far up; not those tables
        themselves, and nothing that only judges.
        Args: published: their unique ids. -#}
    {%- set judges = [
        'gate_context', 'customer_tier_profile', 'customer_tier_ties', 'source_profile', 'customer_tier_gate',
    ] -%}
    {%- set ids, nodes = published | list, [] -%}
    {#- The list grows while it is gone through. -#}
    {%- for id in ids -%}
        {%- set node = graph.nodes[id] -%}
        {%- if not is_published(node) -%}{%- do nodes.append(node) -%}{%- endif -%}
        {%- for parent in node.depends_on.get('nodes', [])
            if parent in graph.nodes and parent not in ids and graph.nodes[parent].name not in judges -%}
            {%- do ids.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(nodes) }}
{%- endmacro %}


{% macro is_published(node) -%}
    {{ return(
        node.resource_type == 'model' and node.package_name == 'customer_tiering' and node.fqn[1] == 'marts'
    ) }}
{%- endmacro %}


{% macro all_published() -%}
    {%- set ids = [] -%}
    {%- for node in graph.nodes.values() if is_published(node) -%}{%- do ids.append(node.unique_id) -%}{%- endfor -%}
    {{ return(ids) }}
{%- endmacro %}


{% macro is_built_here(node) -%}
    {#- Whether this run builds it, from all of its rows and in this warehouse. -#}
    {{ return(
        node.unique_id in selected_resources and not flags.EMPTY and not flags.SAMPLE and not flags.DEFER
    ) }}
{%- endmacro %}


{% macro model_builds() -%}
    {#- By name of a seed or model: the number of the run that last began it, and of the last that finished it. -#}
    {%- set builds = {} -%}
    {%- for row in run_query(
        'select model_name, max(build_number) as begun, '
        ~ 'max(case when is_finished then build_number end) as finished from ' ~ audit_table('model_builds')
        ~ ' group by model_name'
    ).rows -%}
        {%- do builds.update({row[0]: {'begun': row[1] | int, 'finished': row[2]}}) -%}
    {%- endfor -%}
    {{ return(builds) }}
{%- endmacro %}


{% macro not_of_build(nodes, builds, number, to_come=[]) -%}
    {#- In words, which of some nodes are not of a build; empty if all are. A seed is read as it is: it
        need only be no younger. What a run has not built itself must still be what dbt has made.
        Args: builds: what model_builds() gives. to_come: those that need not be finished yet. -#}
    {%- set problems = [] -%}
    {%- for node in nodes -%}
        {%- set last = builds.get(node.name, {}) -%}
        {%- set is_seed = node.resource_type == 'seed' -%}
        {%- if not last -%}
            {%- do problems.append(node.name ~ ' (of no known build)') -%}
        {%- elif last.finished != last.begun and not is_built_here(node) and node not in to_come -%}
            {%- do problems.append(node.name ~ ' (begun by build ' ~ last.begun ~ ', and not finished)') -%}
        {%- elif last.begun > number or (last.begun < number and not is_seed) -%}
            {%- do problems.append(node.name ~ ' (of build ' ~ last.begun ~ ')') -%}
        {%- elif not is_built_here(node) and node not in to_come -%}
            {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
            {%- if not relation or (relation.type == 'view') != (node.config.materialized == 'view') -%}
                {%- do problems.append(node.name ~ ' (not what dbt has made)') -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if run_query(
        'select 1 as read_anew where (select max(last_load) from ' ~ audit_table('run_scope')
        ~ ') is distinct from (select max(load) from raw.source_loads)'
    ).rows -%}
        {%- do problems.insert(0, 'the raw data (read anew since)') -%}
    {%- endif -%}
    {%- set more = problems | length - 5 -%}
    {{ return(problems[:5] | join(', ') ~ (' and ' ~ more ~ ' more' if more > 0 else '')) }}
{%- endmacro %}


{% macro not_of_this_build(builds, number) -%}
    {#- The same of all that is judged, and of what this run is going to publish, which may be built after it: the hook
        of its own table asks then. -#}
    {%- if not numbers_runs() -%}{{ return('') }}{%- endif -%}
    {%- set candidate = ['model.customer_tiering.customer_tier_candidate'] -%}
    {%- set all = made_of(candidate + all_published() | select('in', selected_resources) | list) -%}
    {{ return(not_of_build(all, builds, number, all | reject('in', made_of(candidate)) | list)) }}
{%- endmacro %}


{% macro run_number() -%}
    {#- The number of this run, as a subquery. -#}
    (select max(numbered.build_number) from {{ audit_table('builds') }} as numbered
    where numbered.invocation_id = '{{ invocation_id }}')
{%- endmacro %}
