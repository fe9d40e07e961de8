{#- What a text of an export says, without what programs leave around it. A quick look comes first: most values
    can be seen to need nothing, and one look is much cheaper than the rest. -#}

{% macro trimmed(column) -%}
    {#- Without blanks, tabs, line breaks, no-break spaces and the blanks of Chinese texts at its ends. -#}
    trim(both '{{ " \t\r\n\u00a0\u3000" }}' from {{ column }})
{%- endmacro %}


{% macro clean_text(column) -%}
    {#- Trimmed, and null where a program wrote that there is nothing. `NA` and `Null` are a region and a name. -#}
    case
        when {{ matches(column, '^([0-9A-MO-Za-mo-z](.*[!-~])?|[!-~].{5,}[!-~])$') }} then {{ column }}
        else nullif({{ replace_all(trimmed(column), '^(' ~ words_for_nothing() ~ ')$', '') }}, '')
    end
{%- endmacro %}


{% macro clean_code(column) -%}
    {#- A word of a short list, such as a status, in small letters: none of them means nothing, however written. -#}
    case
        when {{ matches(column, '^[0-9A-MO-Za-mo-z](.*[!-~])?$') }} then lower({{ column }})
        else nullif(
            {{ replace_all('lower(' ~ trimmed(column) ~ ')', '^((?i)' ~ words_for_nothing() ~ '|nil)$', '') }}, ''
        )
    end
{%- endmacro %}


{% macro clean_id(column) -%}
    {#- An id without what tools put around it or into it: characters that nobody sees, full-width ones, blanks
        at its ends, ="000777", '000777 and 1001.0. Null where it is no id, by words to the letter: NA is an id.
        src/customer_tiering/reading/forgotten.py says the same for the raw layer.
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


{% macro id_problem(id) -%}
    {#- An id of which a spreadsheet kept six digits, 2.02609E+11, stands for many. -#}
    case
        when position('+' in {{ id }}) > 0 and {{ matches(id, '^[0-9]+([.,][0-9]+)?[eE][+][0-9]+$') }} then 'damaged_id'
    end
{%- endmacro %}


{% macro words_for_nothing() -%}
    {#- As programs write them, to the letter: alternatives of a pattern. The last one is backslash and N. -#}
    {{ return("-|--|NULL|null|[(]null[)]|None|nan|NaN|N/A|n/a|#N/A|<NA>|无|[' || chr(92) || chr(92) || ']N") }}
{%- endmacro %}


{% macro is_nothing(column) -%}
    {#- Whether a text means that there is no number or date: there, any such word does. -#}
    coalesce({{ matches(
        trimmed(column), "^((?i)|-|--|none|null|[(]null[)]|nan|#?n/a|na|<na>|nil|无|[' || chr(92) || chr(92) || ']n)$"
    ) }}, true)
{%- endmacro %}
