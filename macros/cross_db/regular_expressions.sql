{% macro matches(text, pattern) -%}
    {#- Whether a regular expression is found in a text. -#}
    {{ return(adapter.dispatch('matches', 'customer_tiering')(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__matches(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    {{ text }} rlike '{{ java_pattern(pattern) }}'
{%- endmacro %}


{% macro replace_all(text, pattern, replacement) -%}
    {#- Every match of a regular expression replaced, by a text or by what an expression `case ... end` gives.
        Groups are written \1, \2. -#}
    {%- set quoted = replacement if replacement.startswith('case ') else "'" ~ replacement ~ "'" -%}
    {{ return(adapter.dispatch('replace_all', 'customer_tiering')(text, pattern, quoted)) }}
{%- endmacro %}

{% macro duckdb__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ pattern }}', {{ replacement }}, 'g')
{%- endmacro %}

{% macro spark__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, '{{ java_pattern(pattern) }}', {{ replacement | replace('\\', '$') }})
{%- endmacro %}


{% macro first_group(text, pattern) -%}
    {#- What the first group of a regular expression matches; an empty text where nothing does. -#}
    {{ return(adapter.dispatch('first_group', 'customer_tiering')(text, pattern)) }}
{%- endmacro %}

{% macro duckdb__first_group(text, pattern) -%}
    regexp_extract({{ text }}, '{{ pattern }}', 1)
{%- endmacro %}

{% macro spark__first_group(text, pattern) -%}
    regexp_extract({{ text }}, '{{ java_pattern(pattern) }}', 1)
{%- endmacro %}


{% macro java_pattern(pattern) -%}
    {#- In Java, $ also matches before a line break at the end. The backslash is doubled, because
        Spark takes one away when it reads a text. -#}
    {{ return(pattern[:-1] ~ '\\\\z' if pattern.endswith('$') else pattern) }}
{%- endmacro %}
