{% macro gate_bound_names() -%}
    {#- The bounds that the seed gate_bounds must hold, each exactly once. -#}
    {{ return([
        'min_customers', 'warn_share_gap', 'block_share_gap', 'warn_share_drift',
        'block_share_drift', 'warn_customer_drop', 'block_customer_drop', 'warn_regrouped_share',
        'block_regrouped_share', 'block_moved_share', 'warn_feed_age', 'warn_reject_share',
        'block_reject_share', 'warn_repeat_share', 'block_repeat_share', 'warn_source_drop', 'block_source_drop',
    ]) }}
{%- endmacro %}
