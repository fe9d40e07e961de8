{% materialization restated, adapter='plainspark' %}
    {#- Parquet tables lose no single rows: what stays and what is new is written beside the table and
        takes its place. What is saved is working it out. -#}
    {%- set existing = adapter.get_relation(this.database, this.schema, this.identifier) -%}
    {%- if not existing or restates_this_table_whole() -%}
        {{ return(put_in_place(compiled_code)) }}
    {%- endif -%}
    {%- set columns = adapter.get_columns_in_relation(existing) | map(attribute='name') | join(', ') -%}
    {%- set whole_table -%}
        select {{ columns }} from {{ existing }} where not ({{ stale_rows() }})
        union all
        select {{ columns }} from ({{ compiled_code }}) as restated
    {%- endset -%}
    {{ return(put_in_place(whole_table)) }}
{% endmaterialization %}
