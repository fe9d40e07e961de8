{% macro try_timestamp(text) -%}
    {#- The time stamp of a text such as 2024-1-31, 2024-01-31 8:41 or 2024-01-31T08:41:00.5; null
        where it is none. -#}
    {{ return(adapter.dispatch('try_timestamp', 'customer_tiering')(text)) }}
{%- endmacro %}

{% macro duckdb__try_timestamp(text) -%}
    try_cast({{ text }} as timestamp)
{%- endmacro %}

{% macro spark__try_timestamp(text) -%}
    {#- Spark alone would take "45292" for a year and "8:41" for a time of today. -#}
    try_cast(
        {{ first_group(
            text, '^ *([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?) *$'
        ) }} as timestamp
    )
{%- endmacro %}
