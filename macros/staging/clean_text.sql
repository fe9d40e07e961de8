{% macro clean_text(column) -%}
    {#- Trimmed, and null where the export says "nothing" in a word.
        Most values are long enough to be no such word and have no blank at either end: one
        look at them is much cheaper than trimming and comparing all of them. A pattern and not
        a list of words, because DuckDB makes a join of a long list. -#}
    {%- set trimmed -%} trim({{ column }}, ' ' || chr(9) || chr(160) || chr(12288)) {%- endset -%}
    {%- set nothing = '^(?i)(|-|--|none|null|[(]null[)]|nan|#?n/a|na|nil|无)$' -%}
    case
        when {{ matches(column, '^[!-~].{5,}[!-~]$') }} then {{ column }}
        when not {{ matches(trimmed, nothing) }} then {{ trimmed }}
    end
{%- endmacro %}
