{% macro parse_timestamp(column) -%}
    {#- The business time of a text; null where it cannot be read in one way only.
        Read: 2024-01-31, 2024/1/31 8:41, 20240131, 2024年1月31日 8:41, with or without seconds;
        2024-01-31T08:41:00Z and +08:00 are moved to the business time zone; 11-Feb-13; 45322, the serial number by
        which Excel keeps a day; 31/1/2024 or 1/31/2024 where the file proves its order (the column date_order), or
        folder or variable say it.
        Patterns say what is a date, and the cast only reads it: the engines alone take more,
        and not the same (8:41 for today, a zone before a tab for none). -#}
    {%- set with_dashes = replace_all(
        "replace(upper(" ~ trimmed(column) ~ "), '日', '')", '[年月/]', '-'
    ) -%}
    {%- set tidy = replace_all(
        with_dashes, '^([0-9]{4})([0-9]{2})([0-9]{2})([ T].*)?$', '\\1-\\2-\\3\\4'
    ) -%}
    {%- set zoned = replace_all(tidy, ' ?([-+][0-9]{2})([0-9]{2})$', '\\1:\\2') -%}
    {%- set local = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?)?' -%}
    {%- set zone = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?'
        ~ '(Z|[-+](0[0-9]|1[0-4])(:?[0-5][0-9])?)' -%}
    case
        {#- The forms that most exports have are let through without a regular expression. #}
        when
            length({{ column }}) in (10, 19)
            and substring({{ column }}, 5, 1) = '-' and substring({{ column }}, 8, 1) = '-'
            and substring({{ column }}, 17, 1) in ('', ':')
            then try_cast({{ column }} as timestamp)
        else coalesce(
            try_cast({{ first_group(tidy, '^(' ~ local ~ ')$') }} as timestamp),
            {{ at_business_time(first_group(zoned, '^(' ~ zone ~ ')$')) }},
            {{ written_date(tidy, column) }},
            {{ serial_date(column) }}
        )
    end
{%- endmacro %}


{% macro serial_date(text) -%}
    {#- The time stamp of the number by which Excel keeps a moment of 1954 to 2118: days since 1899-12-30. -#}
    {%- set days = "try_cast(" ~ first_group(trimmed(text), '^([2-7][0-9]{4}([.][0-9]+)?)$') ~ " as decimal(18, 9))" -%}
    {{ dbt.dateadd('second', 'cast(round((' ~ days ~ ' - floor(' ~ days ~ ')) * 86400) as integer)',
        'cast(' ~ dbt.dateadd('day', 'cast(floor(' ~ days ~ ') as integer)', "date '1899-12-30'") ~ ' as timestamp)') }}
{%- endmacro %}


{% macro written_date(text, column) -%}
    {#- The time stamp of a column, in capitals such as 31-1-2024 8:41 PM, 31.1.24 or 11-FEB-13; null where day
        and month cannot be told apart. A year of two digits is of 1970 to 2069, and may stand first where the file
        proves no order. Few steps, one within the other: what reads SQL has its limits. -#}
    {%- set said = var('date_order') if var('date_order') != 'proven' else folder_setting('date_order') -%}
    {%- set order = "coalesce(date_order, '" ~ said ~ "')" if said else 'date_order' -%}
    {%- set months = 'JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC' -%}
    {%- set month = first_group('upper(' ~ column ~ ')', '(JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)') -%}
    {%- set number = "lpad(cast(cast(floor((position(" ~ month ~ " in '" ~ months ~ "') + 2) / 3) as integer) as string), "
        ~ "2, '0')" -%}
    {%- set steps = namespace(text="replace(" ~ text ~ ", " ~ month ~ ", 'M' || " ~ number ~ ")") -%}
    {%- set year, late = '([0-9]{4}|[0-9]{2})( .*)?$', '(1[3-9]|2[0-9]|3[01])' -%}
    {%- for pattern, replacement in [
        ('^([0-9]{1,2})[- .]*M([0-9]{2})[A-Z]*[- .,]*' ~ year, 'Y\\3-\\2-\\1\\4'),
        ('^M([0-9]{2})[A-Z]*[. ]*([0-9]{1,2})[A-Z]{0,2}[, ]+' ~ year, 'Y\\3-\\1-\\2\\4'),
        ('^([0-9]{1,2})[-.]([0-9]{1,2})[-.]' ~ year,
            "case when " ~ matches(trimmed(column), '^' ~ late ~ '[-/.][0-9]{1,2}[-/.][0-9]{4}')
            ~ " then 'Y\\3-\\2-\\1\\4' when " ~ matches(trimmed(column), '^[0-9]{1,2}[-/.]' ~ late ~ '[-/.][0-9]{4}')
            ~ " then 'Y\\3-\\1-\\2\\4' when " ~ order ~ " = 'dmy' then 'Y\\3-\\2-\\1\\4'"
            ~ " when " ~ order ~ " = 'mdy' then 'Y\\3-\\1-\\2\\4' else '' end"),
        ('^Y([0-6][0-9])-', 'Y20\\1-'),
        ('^Y([7-9][0-9])-', 'Y19\\1-'),
    ] -%}
        {%- set steps.text = replace_all(steps.text, pattern, replacement) -%}
    {%- endfor -%}
    {{ dbt.dateadd('hour',
        'case when ' ~ matches(trimmed(column), '(?i) (0?[1-9]|1[01]):[0-9:]* ?pm$') ~ ' then 12 when '
            ~ matches(trimmed(column), '(?i) 12:[0-9:]* ?am$') ~ ' then -12 else 0 end',
        'try_cast(' ~ first_group(
            steps.text, '^Y?([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2})?)?)( ?[AP]M)?$'
        ) ~ ' as timestamp)'
    ) }}
{%- endmacro %}


{% macro date_problem(column, parsed, may_be_later=false) -%}
    {#- Why the date of a record cannot be used; null where it can, or where there is none.
        Before 1900 lie only slips of the keyboard. -#}
    case
        when {{ parsed }} is null and not {{ is_nothing(column) }} then
            case
                when {{ matches(trimmed(column), '^(0?[1-9]|1[0-2])[-/.](0?[1-9]|1[0-2])[-/.]([0-9]{4}|[0-9]{2})( .*)?$') }}
                    then 'ambiguous_date'
                else 'unparsable_date'
            end
        when {{ parsed }} < timestamp '1900-01-01' then 'unparsable_date'
        {%- if not may_be_later %}
        when cast({{ parsed }} as date) > {{ run_date() }} then 'future_date'
        {%- endif %}
    end
{%- endmacro %}
