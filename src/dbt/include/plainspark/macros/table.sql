{% materialization table, adapter='plainspark', supported_languages=['sql', 'python'] %}
    {{ return(put_in_place(compiled_code)) }}
{% endmaterialization %}


{% macro put_in_place(code) %}
    {#- dbt-spark drops a table before it makes the new one: a build that fails there would leave
        none. Here the new one is whole before the old one goes; and should the build be killed
        while they change places, the next one finds the old one and puts it back. -#}
    {%- set language = model['language'] -%}
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
    {%- call statement('main', language=language) -%}
        {{ create_table_as(false, new_relation, code, language) }}
    {%- endcall -%}
    {%- if old_relation and old_relation.type == 'table' -%}
        {%- do adapter.rename_relation(old_relation, aside) -%}
    {%- elif old_relation -%}
        {%- do adapter.drop_relation(old_relation) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(new_relation, target_relation) -%}
    {%- do adapter.drop_relation(aside) -%}

    {%- set grants = config.get('grants') -%}
    {%- do apply_grants(target_relation, grants, should_revoke(old_relation, full_refresh_mode=true)) -%}
    {%- do persist_docs(target_relation, model) -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmacro %}
