{#- What tier_performance adds up, of the groups as they are restated and of the tiers as they were told. -#}

{% macro performance_facts_added() -%}
    {#- Columns of performance_facts of which groups have sums. -#}
    {{ return([
        'orders', 'first_orders', 'dated_first_orders', 'days_to_first_order', 'nps_answers', 'nps_balance',
        'valued_customers', 'contracts_at_start', 'contracts_kept', 'recurring_at_start', 'recurring_at_end',
        'net_revenue', 'costed_revenue', 'costed_margin', 'contact_cost', 'lifetime_value',
    ]) }}
{%- endmacro %}


{% macro performance_counts(people) -%}
    {#- Which customers of a group are counted, by the name of the count.
        Args:
            people: alias of performance_customers. -#}
    {{ return({
        'customers_at_end': people ~ '.is_known_at_end',
        'buyers': people ~ '.purchase_days > 0',
        'repeat_buyers': people ~ '.purchase_days > 1',
        'customers_before': people ~ '.had_bought',
        'retained_customers': people ~ '.had_bought and ' ~ people ~ '.purchase_days > 0',
        'customers_to_churn': people ~ '.could_churn',
        'churned_customers': people ~ '.has_churned',
    }) }}
{%- endmacro %}


{% macro performance_sums_of(people) -%}
    {#- Sums over customers, for the end of a select list. One of whom nothing is known has brought nothing.
        Args:
            people: alias of performance_customers. -#}
    {%- for name, condition in performance_counts(people).items() %}
    count(case when {{ condition }} then 1 end) as {{ name }},
    {%- endfor %}
    {%- for column in performance_facts_added() %}
    coalesce(sum({{ people }}.{{ column }}), 0) as {{ column }},
    {%- endfor %}
    count(*) as people
{%- endmacro %}


{% macro performance_sums_added() -%}
    {#- The same sums of smaller groups, added up. -#}
    {%- for name in performance_counts('').keys() | list + performance_facts_added() %}
    sum({{ name }}) as {{ name }},
    {%- endfor %}
    sum(people) as people
{%- endmacro %}
