{#- What customers are clustered by. -#}

{% macro cluster_measures() -%}
    {{ return(['recency_days', 'order_count', 'net_revenue', 'engagement_points']) }}
{%- endmacro %}


{% macro log_measure(column) -%}
    {#- The natural logarithm of one more than a measure; what is negative counts as nothing. -#}
    {{ round_double('ln(1 + greatest(cast(' ~ column ~ ' as double), 0.0))', 6) }}
{%- endmacro %}


{% macro squared_distance(cluster) -%}
    {#- From the centroid of a cluster, <measure>_<cluster>, of a row whose measures are scaled alike. -#}
    {%- set parts = [] -%}
    {%- for measure in cluster_measures() -%}
        {%- do parts.append('power(' ~ measure ~ ' - ' ~ measure ~ '_' ~ cluster ~ ', 2)') -%}
    {%- endfor -%}
    {{ parts | join(' + ') }}
{%- endmacro %}
