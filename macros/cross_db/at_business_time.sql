{% macro at_business_time(text) -%}
    {#- The local time stamp in the business time zone of a text with a zone (Z, +08:00);
        null where it cannot be read. -#}
    {{ return(adapter.dispatch('at_business_time', 'customer_tiering')(text)) }}
{%- endmacro %}

{% macro duckdb__at_business_time(text) -%}
    try_cast({{ text }} as timestamptz) at time zone '{{ var("business_time_zone") }}'
{%- endmacro %}

{% macro spark__at_business_time(text) -%}
    {#- Spark would take a time without a date for one of today. -#}
    case
        when {{ matches(text, '^ *[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}[ Tt]') }}
            then from_utc_timestamp(
                try_cast(upper({{ text }}) as timestamp), '{{ var("business_time_zone") }}'
            )
    end
{%- endmacro %}
