{% materialization restated, adapter='duckdb' %}
    {#- A table of which a run rewrites only the rows that can have changed: the model's pre-hooks
        delete them (forget_*), the model selects what takes their place, both in one transaction.
        Where everything is worked out anew it is a table like any other. -#}
    {%- set existing = load_cached_relation(this) -%}
    {%- if restates_everything() or not existing or existing.type != 'table' -%}
        {{ return(dbt_duckdb.materialization_table_duckdb()) }}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(existing) | map(attribute='quoted') | join(', ') -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
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
