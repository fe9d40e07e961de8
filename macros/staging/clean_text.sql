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


{% macro clean_id(column) -%}
    {#- An id without what tools put around it or into it: characters that nobody sees, full-width ones, blanks
        at its ends, ="000777", '000777 and 1001.0. Null where it is no id, by words to the letter: NA is an id.
        src/customer_tiering/forgotten.py says the same for the raw layer.
        A first look lets most ids through as they are. The quote and the backslash are full-width meanwhile:
        the engines do not write them alike in a text. -#}
    {%- set plain = '^(([0-9A-MO-Za-mo-z]|[Nn][0-9_-])[0-9A-Za-z_-]*|[!-&(-<>-~][!-~]{5,}([!-/1-~]|[-!-,/-~]0))$' -%}
    {%- set ascii = '!"#$%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~' -%}
    {%- set wide = '！＂＃＄％＆（）＊＋，－．／０１２３４５６７８９：；＜＝＞？＠ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ［］＾＿｀'
        ~ 'ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ｛｜｝～' -%}
    {%- set unseen = '\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\u00ad' -%}
    {%- set nothing = '^(-|--|NULL|null|[(]null[)]|None|nan|NaN|N/A|n/a|#N/A|<NA>|＼N|无)$' -%}
    {%- set seen -%}
        trim(both '{{ " \t\r\n" }}' from translate(
            {{ column }}, concat(chr(39), chr(92), '{{ "\u00a0\u3000" ~ wide ~ unseen }}'), '＇＼  {{ ascii }}'
        ))
    {%- endset -%}
    {%- set unpacked = replace_all(seen, '^=" *(.*[^ ]|) *"$', '\\1') -%}
    {%- set unquoted = replace_all(unpacked, '^＇(.*[^＇])$', '\\1') -%}
    {%- set whole = replace_all(unquoted, '^([0-9]+)[.]0$', '\\1') -%}
    case
        when {{ column }} <> '' and {{ matches(column, plain) }} then {{ column }}
        else nullif(translate({{ replace_all(whole, nothing, '') }}, '＇＼', concat(chr(39), chr(92))), '')
    end
{%- endmacro %}
