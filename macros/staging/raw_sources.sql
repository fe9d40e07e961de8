{% macro raw_sources() -%}
    {#- The names of the raw sources, in the order in which people think of them: dbt asks for them while it parses,
        when it knows no more of them yet. The deletions are read by no model: the raw layer keeps the records of
        those people out. -#}
    {{ return([
        'customers', 'orders', 'order_items', 'products', 'refunds', 'interactions', 'events', 'fx_rates',
        'tier_overrides', 'identity_decisions', 'tickets', 'campaigns', 'campaign_touches', 'opportunities', 'subscriptions', 'surveys',
        'referrals', 'social_profiles', 'consents', 'deletions',
    ]) }}
{%- endmacro %}


{% macro raw_source(name) -%}
    {#- A raw source as _staging__sources.yml describes it, where all that is known of it stands. -#}
    {%- for node in (graph.sources or {}).values() if node.source_name == 'crm' and node.name == name -%}
        {{ return(node) }}
    {%- endfor -%}
    {{ return({'columns': {'source_row': {}}, 'config': {'meta': {}}}) }}
{%- endmacro %}


{% macro meta_of_source(name) -%}
    {{ return(raw_source(name).config.meta) }}
{%- endmacro %}


{% macro raw_columns(source_name) -%}
    {#- The contract's columns of a source: what a record says, not where it stands or how its file is written. -#}
    {%- set added = ['source_row', 'loaded_in', 'decimal_sign', 'date_order'] -%}
    {%- set columns = raw_source(source_name).columns.keys() | reject('in', added) | list -%}
    {{ return(columns or ['source_row']) }}
{%- endmacro %}


{% macro columns_of_record(source_name) -%}
    {#- What may be shown of a record of a source: not who somebody is, which customer_contacts alone says. -#}
    {%- set personal = meta_of_source(source_name).get('personal', []) -%}
    {{ return(raw_columns(source_name) | reject('in', personal) | list) }}
{%- endmacro %}
