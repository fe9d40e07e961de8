{% materialization table, adapter='plainspark', supported_languages=['sql', 'python'] %}
    {#- The statement stands here and in no macro: dbt lets Python models run nowhere else. -#}
    {%- set places = make_room() -%}
    {%- call statement('main', language=model['language']) -%}
        {{ create_table_as(false, places.new, compiled_code, model['language']) }}
    {%- endcall -%}
    {{ return(take_place(places)) }}
{% endmaterialization %}


{% materialization calibrated, adapter='plainspark' %}
    {%- set places = make_room() -%}
    {%- call statement('main') -%}
        {{ create_table_as(false, places.new, held_until_the_next(compiled_code, places.old)) }}
    {%- endcall -%}
    {{ return(take_place(places)) }}
{% endmaterialization %}


{% materialization restated, adapter='plainspark' %}
    {#- Parquet tables lose no single rows: what stays and what is new is written beside the table and
        takes its place. What is saved is working it out. -#}
    {%- set places = make_room() -%}
    {%- set whole_table -%}
        {%- if not places.old or restates_this_table_whole() -%}
        {{ compiled_code }}
        {%- else -%}
        {%- set columns = adapter.get_columns_in_relation(places.old) | map(attribute='name') | join(', ') -%}
        select {{ columns }} from {{ without_others(places.old, columns) }} as kept where not ({{ stale_rows() }})
        union all
        select {{ columns }} from ({{ compiled_code }}) as restated
        {%- endif -%}
    {%- endset -%}
    {%- call statement('main') -%}
        {{ create_table_as(false, places.new, whole_table) }}
    {%- endcall -%}
    {{ return(take_place(places)) }}
{% endmaterialization %}


{% macro without_others(relation, columns) -%}
    {#- A table without the ids of forgotten people in the columns that name others (see stale_rows). -#}
    {%- set names_others_in = config.get('meta').names_others_in or [] -%}
    (
        select
            {%- for column in columns.split(', ') %}
            {% if column in names_others_in -%}
            case when of_{{ column }}.customer_id is null then kept.{{ column }} end as {{ column }}
            {%- else -%}
            kept.{{ column }}
            {%- endif %}
            {{- ',' if not loop.last }}
            {%- endfor %}
        from {{ relation }} as kept
        {%- for column in names_others_in %}
        left join (select distinct asked.customer_id from ({{ forgotten_customers() }}) as asked) as of_{{ column }}
            on kept.{{ column }} = of_{{ column }}.customer_id
        {%- endfor %}
    )
{%- endmacro %}


{% macro make_room() %}
    {#- dbt-spark drops a table before it makes the new one: a build that fails there would leave
        none. Here the new one is whole before the old one goes; and should the build be killed
        while they change places, the next one finds the old one and puts it back.
        Returns the relations: target, new (not there yet), old (none where there is none), aside. -#}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set new_relation = api.Relation.create(
        schema=this.schema, identifier=this.identifier ~ '__new', type='table'
    ) -%}
    {%- set aside = api.Relation.create(
        schema=this.schema, identifier=this.identifier ~ '__old', type='table'
    ) -%}
    {%- set left_aside = adapter.get_relation(this.database, aside.schema, aside.identifier) -%}
    {%- set old_relation = adapter.get_relation(this.database, this.schema, this.identifier) -%}
    {%- if left_aside and not old_relation -%}
        {%- do adapter.rename_relation(aside, target_relation) -%}
        {%- set old_relation = target_relation -%}
    {%- elif left_aside -%}
        {%- do adapter.drop_relation(aside) -%}
    {%- endif -%}

    {{ run_hooks(pre_hooks) }}
    {#- One may be left of a build that was killed. -#}
    {%- do adapter.drop_relation(new_relation) -%}
    {{ return({'target': target_relation, 'new': new_relation, 'old': old_relation, 'aside': aside}) }}
{% endmacro %}


{% macro take_place(places) %}
    {#- The new table takes the place of the old one; what dbt does after a model follows. -#}
    {%- if places.old and places.old.type == 'table' -%}
        {%- do adapter.rename_relation(places.old, places.aside) -%}
    {%- elif places.old -%}
        {%- do adapter.drop_relation(places.old) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(places.new, places.target) -%}
    {%- do adapter.drop_relation(places.aside) -%}

    {%- set grants = config.get('grants') -%}
    {%- do apply_grants(places.target, grants, should_revoke(places.old, full_refresh_mode=true)) -%}
    {%- do persist_docs(places.target, model) -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [places.target]}) }}
{% endmacro %}
