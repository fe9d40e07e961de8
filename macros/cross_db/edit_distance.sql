{% macro edit_distance(one, other) -%}
    {#- How many bytes of a text must be put in, left out or changed to get the other (Levenshtein 1966). A letter of
        English is one byte, one with an accent two, a Chinese character three. -#}
    {{ return(adapter.dispatch('edit_distance', 'customer_tiering')(one, other)) }}
{%- endmacro %}

{% macro duckdb__edit_distance(one, other) -%}
    levenshtein({{ one }}, {{ other }})
{%- endmacro %}

{% macro spark__edit_distance(one, other) -%}
    {#- Spark counts characters: so each byte is made one. -#}
    levenshtein(decode(encode({{ one }}, 'UTF-8'), 'ISO-8859-1'), decode(encode({{ other }}, 'UTF-8'), 'ISO-8859-1'))
{%- endmacro %}
