{% macro show_failing_rows(results) -%}
    {#- At the end of a run: the first rows that each failed or warned data test found, with the
        test's description, because "Got 1 result, configured to fail if != 0" helps nobody.
        A test that could not run at all has no rows; dbt shows its error. -#}
    {%- if execute and flags.WHICH in ['build', 'test', 'retry'] -%}
        {%- for result in results if result.node.resource_type == 'test'
            and result.status in ['fail', 'warn'] and result.node.compiled_code -%}
            {%- do log(failing_rows_text(result), info=true) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{% macro failing_rows_text(result, shown=5) -%}
    {%- set node = result.node -%}
    {#- The test's own query, which has run a moment ago; a line of its own for the bracket, because
        the query may end in a comment. -#}
    {%- set rows = run_query(
        'select * from (\n' ~ node.compiled_code ~ '\n) as failing limit ' ~ shown
    ) -%}
    {%- set lines = ['', result.status | upper ~ ' ' ~ node.name ~ ': ' ~ result.message] -%}
    {%- if node.description -%}
        {%- do lines.append('  ' ~ node.description | trim) -%}
    {%- endif -%}
    {%- for row in rows.rows -%}
        {%- set values = [] -%}
        {%- for column in rows.column_names -%}
            {%- do values.append(column ~ '=' ~ row[loop.index0]) -%}
        {%- endfor -%}
        {%- do lines.append('  - ' ~ values | join(', ')) -%}
    {%- endfor -%}
    {%- if result.failures and result.failures > rows.rows | length -%}
        {%- do lines.append('  and ' ~ (result.failures - rows.rows | length) ~ ' more') -%}
    {%- endif -%}
    {{ return(lines | join('\n')) }}
{%- endmacro %}
