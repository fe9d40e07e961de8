{% macro trimmed(column) -%}
    {#- Without blanks, tabs, line breaks, no-break spaces and the blanks of Chinese texts at its ends. -#}
    trim(both '{{ " \t\r\n\u00a0\u3000" }}' from {{ column }})
{%- endmacro %}


{% macro clean_text(column) -%}
    {#- Trimmed, and null where the export says "nothing" in a word.
        Most values can be seen to be neither: they have no blank at either end, and they do
        not start as such a word does or are too long for one. One look at that is much cheaper
        than trimming and comparing. A pattern and not a list of words, because DuckDB makes a
        join of a long list. -#}
    {%- set nothing = '^(?i)(|-|--|none|null|[(]null[)]|nan|#?n/a|na|nil|无)$' -%}
    case
        when {{ matches(column, '^([0-9A-MO-Za-mo-z](.*[!-~])?|[!-~].{5,}[!-~])$') }} then {{ column }}
        when not {{ matches(trimmed(column), nothing) }} then {{ trimmed(column) }}
    end
{%- endmacro %}
