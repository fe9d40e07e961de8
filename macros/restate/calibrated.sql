{#- A small table of what is learned at calibration dates and holds until the next one: what the model
    selects, at the calibration dates that take part in the run, and what was learned at the others, as the
    last run left it, at each scored date on which it holds (fit_calibrations). A table without lines is of all
    lines together. -#}

{% materialization calibrated, adapter='duckdb' %}
    {%- set existing = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing and existing.type != 'table' -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
    {%- call statement('main') -%}
        create or replace table {{ this }} as {{ held_until_the_next(compiled_code, existing) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- set relation = this.incorporate(type='table') -%}
    {%- do apply_grants(relation, config.get('grants'), should_revoke(existing, full_refresh_mode=True)) -%}
    {%- do persist_docs(relation, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}


{% macro held_until_the_next(learned, existing) -%}
    {#- The query of such a table.
        Args:
            learned: what the model selects.
            existing: the table so far, none where there is none. -#}
    {%- set meta = config.get('meta') -%}
    select {{ star_with('learned', {'as_of_date': 'calibrations.as_of_date'}) }}
    from {{ ref('fit_calibrations') }} as calibrations
    inner join (
        select * from ({{ learned }}) as learned_now
        {% if existing and not restates_everything() -%}
        union all
        select kept.* from {{ existing }} as kept
        where kept.as_of_date not in (select dated.as_of_date from {{ ref(meta.dates_restated_by) }} as dated)
        {%- endif %}
    ) as learned
        on calibrations.calibrated_at = learned.as_of_date
        and calibrations.business_line = {{ "'all'" if meta.is_of_all_lines else 'learned.business_line' }}
{%- endmacro %}
