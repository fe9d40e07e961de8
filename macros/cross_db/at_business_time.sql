{% macro at_business_time(text) -%}
    {#- The local time stamp in the business time zone of a text with a date and a zone (Z, +08:00);
        null where it cannot be read. -#}
    {{ return(adapter.dispatch('at_business_time', 'customer_tiering')(text)) }}
{%- endmacro %}

{% macro duckdb__at_business_time(text) -%}
    try_cast({{ text }} as timestamptz) at time zone '{{ setting("business_time_zone") }}'
{%- endmacro %}

{% macro spark__at_business_time(text) -%}
    from_utc_timestamp(try_cast({{ text }} as timestamp), '{{ setting("business_time_zone") }}')
{%- endmacro %}
