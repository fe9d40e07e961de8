{% macro facts_in_window(facts, dates, date_column, looks_back=var('lookback_days')) -%}
    {#- The joins from facts of a customer to each scored date whose look-back window they fall into,
        of the customer's scope (see int_scope_dates). To stand after `from ... as <facts>`.
        Args:
            facts: alias of the facts, which have a customer_id.
            dates: alias that the scored dates get; its column is as_of_date.
            date_column: the business date of the facts.
            looks_back: days of the window; 0 for all scored dates from the fact's own on. -#}
    {%- if not execute %}{% set reads = ref('int_changed_customers') %}{% endif -%}
    {%- if not restates_everything() -%}
    left join {{ ref('int_changed_customers') }} as changed
        on {{ facts }}.customer_id = changed.customer_id
    {% endif -%}
    inner join {{ ref('int_scope_dates') }} as {{ dates }}
        on
            {{ facts }}.{{ date_column }} <= {{ dates }}.as_of_date
            {%- if looks_back | int %}
            and {{ dates }}.as_of_date < {{ dbt.dateadd('day', looks_back | int, facts ~ '.' ~ date_column) }}
            {%- endif %}
            {%- if restates_everything() %}
            and {{ dates }}.scope = 'all'
            {%- else %}
            and {{ dates }}.scope = case when changed.customer_id is null then 'new' else 'all' end
            {%- endif %}
{%- endmacro %}
