{#- What is asked of the current date, by model: for customer_measures, where everybody finds it. -#}

{% macro shown_scores() -%}
    {#- The measures that customer_360 shows beside the score of each method. -#}
    {{ return({
        'rfm': ['rfm_cell'],
        'lifecycle': ['overdue_ratio'],
        'contribution': [],
        'monetary': ['amount_tier'],
        'pyramid': ['pyramid_level'],
        'clv': ['lifetime_value', 'value_source', 'fallback_reason', 'p_alive', 'expected_orders', 'clv_to_cac_ratio'],
        'engagement': ['engagement_level'],
        'behaviour': ['furthest_step'],
        'growth': ['growth_path', 'growth_rate'],
        'demand': ['expected_order_date', 'is_overdue'],
        'propensity': ['buy_probability_30_days', 'churn_probability_90_days', 'factor_1', 'factor_2', 'factor_3'],
        'intent': [],
        'influence': ['influence_level', 'referral_won_count'],
        'potential': ['headroom', 'weighted_pipeline'],
    }) }}
{%- endmacro %}


{% macro current_measures() -%}
    {#- The columns of each model that customer_360, the candidate and the rules of the seed ask for. -#}
    {%- if not execute %}{% set reads = rule_models([]) %}{% endif -%}
    {%- set measures = {
        'int_customer_features': [
            'policy', 'purchase_day_count', 'recency_days', 'order_count', 'net_revenue', 'permitted_channels',
            'refused_channels', 'answered_channel', 'days_since_nps_answer', 'open_ticket_count', 'days_to_renewal',
            'contract_until', 'lifetime_net_revenue', 'open_pipeline', 'sales_cycle_days',
        ] + answers_to_surveys(),
        'next_category': ['next_category'],
    } -%}
    {%- for method, columns in shown_scores().items() -%}
        {%- do measures.update({'score_' ~ method: columns + ['score']}) -%}
    {%- endfor -%}
    {%- do measures['score_lifecycle'].extend(['rhythm_source', 'usual_interval_days']) -%}
    {#- Rules and matrices follow from the other measures; tier_assigned has the lifecycle stage. -#}
    {%- for method in ['rfm', 'rfm_zh', 'cluster', 'tree', 'worth'] -%}
        {%- do measures.update({'segment_' ~ method: ['segment']}) -%}
    {%- endfor -%}
    {%- do measures['segment_tree'].extend(['rule_en', 'rule_zh', 'expected_revenue_90_days']) -%}
    {%- for matrix in matrices() %}{% for axis, method, high_from in matrix_axes(matrix) -%}
        {%- do measures.setdefault('score_' ~ method, ['score']) -%}
    {%- endfor %}{% endfor -%}
    {%- for rule_set in rule_sets() if rule_set != 'guardrail' -%}
        {%- for rule in rules_of(rule_set) %}{% for group in rule.groups %}{% for condition in group if condition.kind -%}
            {%- set model_name, column = condition.metric.split('.') -%}
            {%- do measures.update({model_name: (measures.get(model_name, []) + [column]) | unique | list}) -%}
        {%- endfor %}{% endfor %}{% endfor -%}
    {%- endfor -%}
    {{ return(measures) }}
{%- endmacro %}
