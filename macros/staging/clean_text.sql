{% macro clean_text(column) -%}
    {#- Trimmed, and null where the export says "nothing" in a word.
        Most values can be seen to be neither: they have no blank at either end, and they do
        not start as such a word does or are too long for one. One look at that is much cheaper
        than trimming and comparing. A pattern and not a list of words, because DuckDB makes a
        join of a long list. -#}
    {#- Blank, tab, no-break space and the blank of Chinese texts. -#}
    {%- set trimmed -%} trim(both '{{ " \t\u00a0\u3000" }}' from {{ column }}) {%- endset -%}
    {%- set nothing = '^(?i)(|-|--|none|null|[(]null[)]|nan|#?n/a|na|nil|无)$' -%}
    case
        when {{ matches(column, '^([0-9A-MO-Za-mo-z](.*[!-~])?|[!-~].{5,}[!-~])$') }} then {{ column }}
        when not {{ matches(trimmed, nothing) }} then {{ trimmed }}
    end
{%- endmacro %}
