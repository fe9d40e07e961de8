{#- A table of which a run rewrites only the rows that can have changed: what stale_rows() names goes,
    and what the model selects takes its place, in one step. Where a run works out everything it is a
    table like any other. -#}

{% materialization restated, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- if restates_this_table_whole() or not existing or existing.type != 'table' -%}
        {{ return(materialization_table_duckdb()) }}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(existing) | map(attribute='quoted') | join(', ') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('forget') -%}
        delete from {{ existing }} where {{ stale_rows() }}
    {%- endcall -%}
    {%- for column in config.get('meta').names_others_in or [] -%}
        {%- call statement('forget_' ~ column) -%}
        update {{ existing }} set {{ column }} = null where {{ column }} in ({{ forgotten_customers() }})
        {%- endcall -%}
    {%- endfor -%}
    {%- call statement('main') -%}
        insert into {{ existing }} ({{ columns }})
        select {{ columns }} from ({{ compiled_code }}) as restated
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do apply_grants(existing, config.get('grants'), should_revoke(existing, full_refresh_mode=False)) -%}
    {%- do persist_docs(existing, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [existing]}) }}
{% endmaterialization %}


{% macro restates_this_table_whole() -%}
    {#- A table of facts hangs on the raw records, the others on customers and dates. -#}
    {%- set meta = config.get('meta') -%}
    {%- set is_of_facts = meta.records_restated_by or meta.customers_restated_by -%}
    {{ return(not meta.appended_without and (reads_everything() if is_of_facts else restates_everything())) }}
{%- endmacro %}


{% macro stale_rows() -%}
    {#- A condition on the rows of a restated table that this run puts others in the place of, by the
        meta of its model, which names what takes part in the run:
        records_restated_by    a staging model; the table has a row per raw record
        customers_restated_by  customers; a table of facts about customers
        rows_restated_by       dates; a table per customer and scored date
        dates_restated_by      dates; a table per scored date
        appended_without       the deletions: nothing else ever goes, whatever a run works out anew; from the
                               columns names_others_in their ids go, too -#}
    {%- set meta = config.get('meta') -%}
    {%- if meta.appended_without -%}
    customer_id in ({{ forgotten_customers() }})
    {%- elif meta.records_restated_by -%}
    source_row in (select records.source_row from {{ ref(meta.records_restated_by) }} as records)
    {%- elif meta.customers_restated_by -%}
    customer_id in (select touched.customer_id from {{ ref(meta.customers_restated_by) }} as touched)
    {%- else -%}
    {%- set dates = ref(meta.rows_restated_by or meta.dates_restated_by) -%}
    as_of_date not in (select scored.as_of_date from {{ ref('int_scoring_dates') }} as scored)
    or as_of_date in (
        select dated.as_of_date from {{ dates }} as dated {{ 'where dated.for_everyone' if meta.rows_restated_by }}
    )
    {%- if meta.rows_restated_by %}
    or (
        customer_id in (select changed.customer_id from {{ ref('int_changed_customers') }} as changed)
        and as_of_date in (select dated.as_of_date from {{ dates }} as dated)
    )
    {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{% macro forgotten_customers() -%}
    {#- A query of those who asked to be forgotten. -#}
    select {{ clean_id('deletions.customer_id') }} as customer_id
    from {{ source('crm', 'deletions') }} as deletions
    where {{ clean_id('deletions.customer_id') }} is not null
{%- endmacro %}
