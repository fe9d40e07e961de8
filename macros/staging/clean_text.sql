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
    {#- An id as its system wrote it, whatever a spreadsheet or an editor made of it: full-width letters are narrow,
        what cannot be seen goes, and so do the guards of Excel (`="007"`, `'007`) and the .0 of a number.
        src/customer_tiering/forgotten.py says the same. -#}
    {%- set narrow = "translate(" ~ column ~ ", '" ~ full_width() ~ "\u00a0\u3000" ~ invisible() ~ "', '"
        ~ half_width() ~ "  ')" -%}
    {%- set bare = "trim(both '" ~ " \t\r\n" ~ "' from " ~ narrow ~ ")" -%}
    {%- set unguarded = replace_all(bare, '^="(.*)"$', '\\1') -%}
    {#- An apostrophe within the quotes of the pattern, for both engines. -#}
    {%- set apostrophe = "' || chr(39) || '" -%}
    {%- set unguarded = replace_all(
        unguarded, '^' ~ apostrophe ~ '(.*[^' ~ apostrophe ~ '])$', '\\1'
    ) -%}
    {%- set whole = replace_all(unguarded, '^([0-9]+)[.]0$', '\\1') -%}
    case
        when {{ matches(column, '^(#?[0-9A-MO-Za-mo-z]|[Nn][0-9_-])[0-9A-Za-z_-]*$') }} then {{ column }}
        else nullif({{ replace_all(whole, '^(' ~ words_for_nothing() ~ ')$', '') }}, '')
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


{% macro full_width() -%}
    {{ return('０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ＃－＿．／＋＝＂：＠＆（）') }}
{%- endmacro %}

{% macro half_width() -%}
    {{ return('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#-_./+=":@&()') }}
{%- endmacro %}

{% macro invisible() -%}
    {#- Zero-width characters, marks of writing direction, the byte order mark, the soft hyphen. -#}
    {{ return("\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\u00ad") }}
{%- endmacro %}
