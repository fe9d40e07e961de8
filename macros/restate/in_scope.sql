{% macro in_scope(facts, calendar, date_column) -%}
    {#- The joins from facts of a customer to int_activity_calendar in the customer's scope (see
        int_scope_dates). -#}
    {%- if not execute %}{% set reads = ref('int_changed_customers') %}{% endif -%}
    {%- if not restates_everything() -%}
    left join {{ ref('int_changed_customers') }} as changed
        on {{ facts }}.customer_id = changed.customer_id
    {% endif -%}
    inner join {{ ref('int_activity_calendar') }} as {{ calendar }}
        on
            {{ facts }}.{{ date_column }} = {{ calendar }}.activity_date
            {%- if not restates_everything() %}
            and {{ calendar }}.scope = case when changed.customer_id is null then 'new' else 'all' end
            {%- endif %}
{%- endmacro %}
