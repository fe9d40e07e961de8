{% macro own_interval_days(first_date, last_date, purchase_day_count) -%}
    {#- The mean days between two purchases of one customer; null for fewer than two. -#}
    case
        when {{ purchase_day_count }} > 1
            then cast(
                {{ dbt.datediff(first_date, last_date, 'day') }} as double
            ) / ({{ purchase_day_count }} - 1)
    end
{%- endmacro %}
