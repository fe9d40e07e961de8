{% macro parse_timestamp(column) -%}
    {#- The business time of a text; null where it cannot be read.
        Read: 2024-01-31, 2024/1/31 8:41, 20240131, 2024年1月31日 8:41, with or without seconds;
        2024-01-31T08:41:00Z and +08:00 are moved to the business time zone.
        Not read: 31/1/2024 and 1/31/2024, because one of the two would be read wrong.
        Patterns say what is a date, and the cast only reads it: the engines alone take more,
        and not the same (45292 for a year, 8:41 for today, a zone before a tab for none). -#}
    {%- set with_dashes = replace_all(
        "replace(upper(" ~ trimmed(column) ~ "), '日', '')", '[年月/]', '-'
    ) -%}
    {%- set tidy = replace_all(
        with_dashes, '^([0-9]{4})([0-9]{2})([0-9]{2})([ T].*)?$', '\\1-\\2-\\3\\4'
    ) -%}
    {%- set zoned = replace_all(tidy, ' ?([-+][0-9]{2})([0-9]{2})$', '\\1:\\2') -%}
    {%- set local = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?)?' -%}
    {%- set zone = '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?'
        ~ '(Z|[-+][0-9]{2}(:[0-9]{2})?)' -%}
    case
        {#- The forms that most exports have are let through without a regular expression. #}
        when
            length({{ column }}) in (10, 19)
            and substring({{ column }}, 5, 1) = '-' and substring({{ column }}, 8, 1) = '-'
            and substring({{ column }}, 17, 1) in ('', ':')
            then try_cast({{ column }} as timestamp)
        else coalesce(
            try_cast({{ first_group(tidy, '^(' ~ local ~ ')$') }} as timestamp),
            {{ at_business_time(first_group(zoned, '^(' ~ zone ~ ')$')) }}
        )
    end
{%- endmacro %}


{% macro date_problem(column, parsed, may_be_later=false) -%}
    {#- Why the date of a record cannot be used; null where it can, or where there is none.
        Before 1900 lie only slips of the keyboard. -#}
    case
        when {{ parsed }} is null
            then case when {{ clean_text(column) }} is not null then 'unparsable_date' end
        when {{ parsed }} < timestamp '1900-01-01' then 'unparsable_date'
        {%- if not may_be_later %}
        when cast({{ parsed }} as date) > {{ run_date() }} then 'future_date'
        {%- endif %}
    end
{%- endmacro %}
