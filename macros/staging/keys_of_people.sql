{#- What tells that two records are of one person, written in one way. Null where a value is no key. -#}

{% macro email_key(email) -%}
    {#- In small letters, without what stands between plus and @: mail to it comes to the same person. -#}
    case
        when {{ matches(email, '^[^@* ]+@[^@* ]+[.][^@*. ]+$') }}
            then {{ replace_all('lower(' ~ email ~ ')', '[+][^@]*@', '@') }}
    end
{%- endmacro %}


{% macro phone_key(phone) -%}
    {#- Digits, with the country's code where it is written or the number is a Chinese mobile. Masked numbers,
        extensions and short numbers are no key. tests/test_identities.py compares it with phonenumbers. -#}
    {%- set digits = replace_all(phone, '[^0-9]', '') -%}
    {%- set abroad = replace_all(digits, '^00', '') -%}
    case
        when not {{ matches(phone, '^[+]?[0-9() ./-]+$') }} then null
        when {{ matches(phone, '^([+]|00)') }}
            then case
                when {{ matches(abroad, '^86(0?1[3-9][0-9]{9})$') }} then '86' || right({{ abroad }}, 11)
                when length({{ abroad }}) between 8 and 15 then {{ abroad }}
            end
        when {{ matches(digits, '^(86)?0?1[3-9][0-9]{9}$') }} then '86' || right({{ digits }}, 11)
        when length({{ digits }}) between 8 and 13 then {{ digits }}
    end
{%- endmacro %}


{% macro name_key(name) -%}
    {#- Without blanks and points, which people write or leave out. -#}
    nullif({{ replace_all(name, '[ .,·-]', '') }}, '')
{%- endmacro %}


{% macro system_of(record_id) -%}
    {#- The system that stands before an id; null for an id of the first one, and where there is only one. -#}
    {%- set systems = (folder_setting('systems') or '').split(' ')[1:] -%}
    case
        when split_part({{ record_id }}, ':', 1) in ('{{ systems | join("', '") }}')
            then split_part({{ record_id }}, ':', 1)
    end
{%- endmacro %}


{% macro rank_of_system(record_id) -%}
    {#- Two digits: the place of the system that an id is of, in the order in which the mapping names them; 00 is the
        first one. -#}
    {%- set systems = (folder_setting('systems') or '').split(' ')[1:] -%}
    {%- if systems -%}
    case split_part({{ record_id }}, ':', 1)
        {%- for system in systems %}
        when '{{ system }}' then '{{ '%02d' % loop.index }}'
        {%- endfor %}
        else '00'
    end
    {%- else -%}
    '00'
    {%- endif -%}
{%- endmacro %}
