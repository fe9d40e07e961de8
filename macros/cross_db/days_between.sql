{% macro days_between(first_day, last_day) -%}
    {#- In a select list: one row for each date from the first to the last day, both included. -#}
    {{ return(adapter.dispatch('days_between', 'customer_tiering')(first_day, last_day)) }}
{%- endmacro %}

{% macro duckdb__days_between(first_day, last_day) -%}
    cast(unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 day)) as date)
{%- endmacro %}

{% macro spark__days_between(first_day, last_day) -%}
    explode(
        case
            when {{ first_day }} <= {{ last_day }}
                then sequence(cast({{ first_day }} as date), cast({{ last_day }} as date))
        end
    )
{%- endmacro %}
