{#- What two records are compared by, where no key connects them. These macros are the one place that says it: the
    models compile them, and `make identity-train` reads them as the table identity_comparisons. -#}

{% macro likely_comparisons() -%}
    {#- The columns of identity_compared_records, each with what a level of it means in words. -#}
    {{ return([
        {'column': 'name', 'same': ['same name', '姓名相同'], 'near': ['similar name', '姓名相近'],
            'other': ['other name', '姓名不同']},
        {'column': 'birth_date', 'same': ['same birth date', '出生日期相同'],
            'near': ['similar birth date', '出生日期相近'], 'other': ['other birth date', '出生日期不同']},
        {'column': 'email', 'same': ['same e-mail', '邮箱相同'], 'near': ['similar e-mail', '邮箱相近'],
            'other': ['other e-mail', '邮箱不同']},
        {'column': 'phone', 'same': ['same phone', '手机号相同'], 'near': ['similar phone', '手机号相近'],
            'other': ['other phone', '手机号不同']},
        {'column': 'member_number', 'same': ['same member number', '会员号相同'],
            'near': ['similar member number', '会员号相近'], 'other': ['other member number', '会员号不同']},
        {'column': 'city', 'same': ['same city', '城市相同'], 'near': ['similar city', '城市相近'],
            'other': ['other city', '城市不同']},
    ]) }}
{%- endmacro %}


{% macro likely_levels() -%}
    {#- The levels of the seed identity_weights: that of any two records, then three for each comparison. -#}
    {%- set levels = ['prior'] -%}
    {%- for comparison in likely_comparisons() -%}
        {%- for level in ['same', 'near', 'other'] -%}
            {%- do levels.append(comparison.column ~ '_' ~ level) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(levels) }}
{%- endmacro %}


{% macro likely_near(column, one, other) -%}
    {#- Whether two values that are not the same are near each other: what a slip of the keyboard makes of one. -#}
    {%- set distance = edit_distance(one, other) -%}
    {%- if column == 'city' -%}
        {#- One letter in five, or the same with something behind it: 上海 and 上海市. -#}
        ({{ distance }} * 5 <= greatest(length({{ one }}), length({{ other }}))
        or left({{ one }}, length({{ other }})) = {{ other }} or left({{ other }}, length({{ one }})) = {{ one }})
    {%- elif column == 'name' -%}
        {#- One letter in five; the words the other way round; of a Chinese name of three characters one of the
            last two. -#}
        ({{ distance }} * 5 <= greatest(length({{ one }}), length({{ other }}))
        or split_part({{ one }}, ' ', 2) || ' ' || split_part({{ one }}, ' ', 1) = {{ other }}
        or (length({{ one }}) = 3 and length({{ other }}) = 3 and substr({{ one }}, 1, 1) = substr({{ other }}, 1, 1)
        and (substr({{ one }}, 2, 1) = substr({{ other }}, 2, 1) or substr({{ one }}, 3, 1) = substr({{ other }}, 3, 1))))
    {%- elif column == 'email' -%}
        {#- Another provider, or a slip. -#}
        (split_part({{ one }}, '@', 1) = split_part({{ other }}, '@', 1) or {{ distance }} <= 2)
    {%- elif column == 'phone' -%}
        {#- Written without its country, or a slip. -#}
        (right({{ one }}, 8) = right({{ other }}, 8) or {{ distance }} <= 1)
    {%- else -%}
        {#- One digit, or two that are swapped. Dates are texts, 2024-01-31. -#}
        {{ distance }} <= 2
    {%- endif -%}
{%- endmacro %}


{% macro likely_blocks() -%}
    {#- Pairs are looked for among records that have one of these in common. -#}
    {{ return({
        'birth_date': 'birth_date',
        'birth_date_and_initial': "birth_date || ' ' || substr(name, 1, 1)",
        'birth_date_and_initials': "birth_date || ' ' || least(substr(name, 1, 1), substr(split_part(name, ' ', 2), 1, 1))"
            ~ " || greatest(substr(name, 1, 1), substr(split_part(name, ' ', 2), 1, 1))",
        'name': 'name',
        'name_and_birth_year': "name || ' ' || substr(birth_date, 1, 4)",
        'email': "split_part(email, '@', 1)",
        'email_start': "substr(email, 1, 5) || ' ' || substr(name, 1, 1)",
        'phone_end': 'right(phone, 8)',
        'phone_start': 'substr(phone, 1, length(phone) - 2)',
        'member_number_start': 'substr(member_number, 1, length(member_number) - 2)',
        'member_number_end': "substr(member_number, 3)",
    }) }}
{%- endmacro %}


{% macro likely_level(column, ones, others) -%}
    {#- How far a column of two tables agrees; null where one of them lacks it. -#}
    {%- set one, other = ones ~ '.' ~ column, others ~ '.' ~ column -%}
    case
        when {{ one }} is null or {{ other }} is null then null
        when {{ one }} = {{ other }} then 'same'
        when {{ likely_near(column, one, other) }} then 'near'
        else 'other'
    end
{%- endmacro %}


{% macro likely_weight(compared, weights) -%}
    {#- The sum of the weights of the levels, in the columns of `compared`. -#}
    {{ weights }}.prior
    {%- for comparison in likely_comparisons() %}
        + case {{ compared }}.{{ comparison.column }}
            {%- for level in ['same', 'near', 'other'] %}
            when '{{ level }}' then {{ weights }}.{{ comparison.column }}_{{ level }}
            {%- endfor %}
            else 0
        end
    {%- endfor %}
{%- endmacro %}


{% macro likely_evidence(compared, language, separator) -%}
    {#- The levels in words; no values. -#}
    concat_ws(
        '{{ separator }}'
        {%- for comparison in likely_comparisons() %},
        case {{ compared }}.{{ comparison.column }}
            {%- for level in ['same', 'near', 'other'] %}
            when '{{ level }}' then '{{ comparison[level][language] }}'
            {%- endfor %}
        end
        {%- endfor %}
    )
{%- endmacro %}


{% macro likely_conditions() -%}
    {#- Each comparison's levels as Splink takes them: columns of two records have _l and _r behind their names. -#}
    {%- set rows = [] -%}
    {%- for comparison in likely_comparisons() -%}
        {%- set column = comparison.column -%}
        {%- set one, other = column ~ '_l', column ~ '_r' -%}
        {%- do rows.append((column, 'missing', one ~ ' is null or ' ~ other ~ ' is null')) -%}
        {%- do rows.append((column, 'same', one ~ ' = ' ~ other)) -%}
        {%- do rows.append((column, 'near', likely_near(column, one, other))) -%}
        {%- do rows.append((column, 'other', 'else')) -%}
    {%- endfor -%}
    {{ return(rows) }}
{%- endmacro %}
