{#- What a propensity is learned from, and what is learned. -#}

{% macro propensity_measures() -%}
    {{ return([
        'recency_days', 'order_count', 'purchase_day_count', 'net_revenue', 'days_as_customer', 'interaction_count',
        'engagement_points',
    ]) }}
{%- endmacro %}


{% macro propensity_targets() -%}
    {#- The days ahead of each target: a purchase within 30, none within 90. -#}
    {{ return({'buy': 30, 'churn': 90}) }}
{%- endmacro %}
