{#- What tier_performance adds up, of the groups as they are restated and of the tiers as they were told. -#}

{% macro performance_facts_added() -%}
    {#- Columns of performance_facts of which groups have sums. -#}
    {{ return([
        'orders', 'first_orders', 'dated_first_orders', 'days_to_first_order', 'nps_answers', 'nps_balance',
        'valued_customers', 'net_revenue', 'costed_revenue', 'costed_margin', 'contact_cost', 'lifetime_value',
    ]) }}
{%- endmacro %}


{% macro performance_sums_of(people) -%}
    {#- Sums over customers, for a select list. A customer without a row has brought nothing.
        Args:
            people: alias of performance_customers. -#}
    count(*) as people,
    count(case when {{ people }}.is_known_at_end then 1 end) as customers_at_end,
    count(case when {{ people }}.purchase_days > 0 then 1 end) as buyers,
    count(case when {{ people }}.purchase_days > 1 then 1 end) as repeat_buyers,
    count(case when {{ people }}.had_bought then 1 end) as customers_before,
    count(case when {{ people }}.had_bought and {{ people }}.purchase_days > 0 then 1 end) as retained_customers,
    count(case when {{ people }}.could_churn then 1 end) as customers_to_churn,
    count(case when {{ people }}.has_churned then 1 end) as churned_customers,
    {%- for column in performance_facts_added() %}
    coalesce(sum({{ people }}.{{ column }}), 0) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
