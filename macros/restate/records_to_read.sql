{% macro record_keys() -%}
    {#- The sources of which a run need not read every record, and what tells their records apart. -#}
    {{ return({
        'customers': 'customer_id', 'orders': 'order_id', 'order_items': 'order_id', 'refunds': 'refund_id',
        'interactions': 'interaction_id', 'events': 'event_id', 'campaign_touches': 'touch_id',
    }) }}
{%- endmacro %}


{% macro records_to_read(name) -%}
    {#- The raw records of a source that this run reads: all of them, or the new ones and those of the
        keys in stg_changed_keys, in all their versions, so that what counts among them can be told.
        To stand after from. -#}
    {%- set key = record_keys().get(name) -%}
    {%- if not execute and key -%}{%- set reads = ref('stg_changed_keys') -%}{%- endif -%}
    {%- if reads_everything() or not key -%}
        {{ source('crm', name) }}
    {%- else -%}
    {%- set known_keys = 'select changed_keys.record_id from ' ~ ref('stg_changed_keys')
        ~ " as changed_keys where changed_keys.is_known and changed_keys.source = '" ~ name ~ "'" -%}
    (
        select records.*
        from {{ source('crm', name) }} as records
        where
            records.loaded_in > {{ last_load_before() }}
            {#- Most new records are of new keys; then the old ones need not be looked through. -#}
            {%- if run_query('select count(*) from (' ~ known_keys ~ ') as known').rows[0][0] > 0 %}
            or {{ clean_id('records.' ~ key) }} in ({{ known_keys }})
            {%- endif %}
    )
    {%- endif -%}
{%- endmacro %}


{% macro last_load_before() -%}
    {#- Number of the last load of raw data that the last finished run read. -#}
    {{ return(run_query('select last_load_before from ' ~ audit_table('run_scope')).rows[0][0]) }}
{%- endmacro %}


{% macro of_touched_customers(relation) -%}
    {#- The rows of a table of facts that are of customers of whom this run has read a record. To
        stand after from. -#}
    {%- if not execute -%}{%- set reads = ref('int_touched_customers') -%}{%- endif -%}
    {%- if reads_everything() -%}
        {{ relation }}
    {%- else -%}
    (
        select facts.*
        from {{ relation }} as facts
        where facts.customer_id in (select touched.customer_id from {{ ref('int_touched_customers') }} as touched)
    )
    {%- endif -%}
{%- endmacro %}
