{% macro parse_timestamp(column) -%}
    {#- The business time of a text; null where it cannot be read.
        Read: 2024-01-31, 2024/1/31 8:41, 20240131, 2024年1月31日 8:41, with or without seconds;
        2024-01-31T08:41:00Z and +08:00 are moved to the business time zone.
        Not read: 31/1/2024 and 1/31/2024, because one of the two would be read wrong. -#}
    {%- set with_dashes = replace_all(
        "replace(" ~ clean_text(column) ~ ", '日', '')", '[年月/]', '-'
    ) -%}
    {%- set tidy = replace_all(
        with_dashes, '^([0-9]{4})([0-9]{2})([0-9]{2})( .*)?$', '\\1-\\2-\\3\\4'
    ) -%}
    case
        {#- The form that most exports have is let through without a regular expression. #}
        when length({{ column }}) = 19 and substring({{ column }}, 17, 1) = ':'
            then {{ try_timestamp(column) }}
        when {{ matches(column, ':[0-9.]+ ?(Z|z|[+-][0-9]{2}:?([0-9]{2})?) *$') }}
            then {{ at_business_time(
                replace_all("trim(" ~ column ~ ")", '([+-][0-9]{2})([0-9]{2})$', '\\1:\\2')
            ) }}
        else coalesce(
            {{ try_timestamp(column) }},
            {{ try_timestamp(tidy) }}
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
