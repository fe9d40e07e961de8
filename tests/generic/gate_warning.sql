{% test gate_warning(model, expectation=none) %}
/* An expectation of the gate that is not met and does not stop the build, as a warning of dbt: it counts
   in WARN=, and --warn-error stops the build before anything is published. One test for each, so that each
   counts; without an expectation, those that have none: suites of a project's own. */
{{ config(severity='warn') }}
select
    expectation,
    coalesce('let through because "' || accepted_because || '": ', '') || observed as found,
    examples as such_as
from {{ model }}
where
    outcome in ('warned', 'let_through')
    {%- if expectation %}
    and expectation = {{ dbt.string_literal(dbt.escape_single_quotes(expectation | trim)) }}
    {%- else %}
    {%- for id in gate_warning_tests() if graph.nodes[id].test_metadata.kwargs.expectation %}
    and expectation
    <> {{ dbt.string_literal(dbt.escape_single_quotes(graph.nodes[id].test_metadata.kwargs.expectation | trim)) }}
    {%- endfor %}
    {%- endif %}
{% endtest %}
