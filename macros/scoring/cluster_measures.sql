{#- What customers are clustered by. -#}

{% macro cluster_measures() -%}
    {{ return(['recency_days', 'order_count', 'net_revenue', 'purchase_day_count', 'engagement_points']) }}
{%- endmacro %}


{% macro log_measure(column) -%}
    {#- The natural logarithm of one more than a measure; what is negative counts as nothing. -#}
    {{ round_double('ln(1 + greatest(cast(' ~ column ~ ' as double), 0.0))', 6) }}
{%- endmacro %}


{% macro cluster_distance(features, centroids) -%}
    {#- The squared distance from a centroid, in scaled logarithms. -#}
    {%- set parts = [] -%}
    {%- for measure in cluster_measures() -%}
        {%- do parts.append(
            'power((' ~ log_measure(features ~ '.' ~ measure) ~ ' - ' ~ centroids ~ '.' ~ measure ~ '_mean) / '
            ~ centroids ~ '.' ~ measure ~ '_scale - ' ~ centroids ~ '.' ~ measure ~ '_centroid, 2)'
        ) -%}
    {%- endfor -%}
    {{ parts | join(' + ') }}
{%- endmacro %}
