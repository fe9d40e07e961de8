{% macro stop_on_config_errors() -%}
    {#- A statement that ends the build where the model that it follows has rows, and tells all
        of them; nothing where it has none. -#}
    {%- if execute -%}
        {%- set errors = run_query(
            'select config_file, config_row, problem, remedy from ' ~ this ~ ' order by 1, 2, 3, 4'
        ).rows -%}
        {%- if errors -%}
            {%- set lines = [
                errors | length ~ ' error(s) in the configuration; nothing was built with it. '
                ~ 'They are also in the table ' ~ this.schema ~ '.' ~ this.identifier ~ '.'
            ] -%}
            {%- for file, config_row, problem, remedy in errors -%}
                {%- do lines.append(file ~ ', ' ~ config_row ~ ': ' ~ problem ~ '. Right would be: ' ~ remedy ~ '.') -%}
            {%- endfor -%}
            select {{ stop_build(dbt.string_literal(dbt.escape_single_quotes(lines | join('\n')))) }} as stopped
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
