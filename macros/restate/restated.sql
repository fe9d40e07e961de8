{#- A table of which a run rewrites only the rows that can have changed: what stale_rows() names goes,
    and what the model selects takes its place, in one step. Where a run works out everything it is a
    table like any other. -#}

{% materialization restated, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {%- if restates_everything() or not existing or existing.type != 'table' -%}
        {{ return(materialization_table_duckdb()) }}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(existing) | map(attribute='quoted') | join(', ') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('forget') -%}
        delete from {{ existing }} where {{ stale_rows() }}
    {%- endcall -%}
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


{% macro stale_rows() -%}
    {#- A condition on the rows of a restated table that this run puts others in the place of, by the
        meta of the model: `rows_restated_by` (a table per customer and scored date) or
        `dates_restated_by` (a table per scored date) names the dates that take part. -#}
    {%- set meta = config.get('meta') -%}
    as_of_date not in (select scored.as_of_date from {{ ref('int_scoring_dates') }} as scored)
    {% if meta.rows_restated_by -%}
    {%- set dates = ref(meta.rows_restated_by) -%}
    or as_of_date in (select dated.as_of_date from {{ dates }} as dated where dated.for_everyone)
    or (
        customer_id in (select changed.customer_id from {{ ref('int_changed_customers') }} as changed)
        and as_of_date in (select dated.as_of_date from {{ dates }} as dated)
    )
    {%- else -%}
    or as_of_date in (select dated.as_of_date from {{ ref(meta.dates_restated_by) }} as dated)
    {%- endif -%}
{%- endmacro %}
