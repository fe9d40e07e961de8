{% macro sorted_item(values, place) -%}
    {#- The value at a place, counted from 1, of some columns put in ascending order; none may be null. -#}
    {{ return(adapter.dispatch('sorted_item', 'customer_tiering')(values, place)) }}
{%- endmacro %}

{% macro duckdb__sorted_item(values, place) -%}
    list_extract(list_sort(list_value({{ values | join(', ') }})), {{ place }})
{%- endmacro %}

{% macro spark__sorted_item(values, place) -%}
    element_at(array_sort(array({{ values | join(', ') }})), {{ place }})
{%- endmacro %}
