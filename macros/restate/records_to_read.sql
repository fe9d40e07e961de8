{% macro record_keys() -%}
    {#- The sources of which a run need not read every record, and what tells their records apart. -#}
    {{ return({
        'customers': 'customer_id', 'orders': 'order_id', 'order_items': 'order_id', 'refunds': 'refund_id',
        'interactions': 'interaction_id', 'events': 'event_id', 'campaign_touches': 'touch_id',
    }) }}
{%- endmacro %}


{% macro records_to_read(name) -%}
    {#- The raw records of a source that this run reads: all of them, or the new ones and those of the
        keys in stg_changed_keys, in all their versions, so that what counts among them can be told. Each with
        moved_customer_id: the id of its person, or of the account that the person is a member of, where that is
        another one (see customer_of). What people permit is theirs alone. To stand after from. -#}
    {%- set key = record_keys().get(name) -%}
    {%- set owner = 'person_id' if name == 'consents' else 'customer_id' -%}
    {%- set is_of_somebody = name not in ['customers', 'identity_decisions'] and 'customer_id' in raw_columns(name) -%}
    {%- if not execute -%}
        {%- if key -%}{%- set reads = ref('stg_changed_keys') -%}{%- endif -%}
        {%- if name not in ['customers', 'identity_decisions'] -%}{%- set reads = ref('moved_ids') -%}{%- endif -%}
    {%- endif -%}
    {%- if model.resource_type == 'unit_test' -%}
        {{ source('crm', name) }}
    {%- else -%}
    (
        select
            records.*
            {%- if is_of_somebody %},
            moved.{{ owner }} as moved_customer_id
            {%- endif %}
        from {{ source('crm', name) }} as records
        {%- if is_of_somebody %}
        left join {{ ref('moved_ids') }} as moved on {{ clean_id('records.customer_id') }} = moved.record_id
        {%- endif %}
        {%- if key and not reads_everything() %}
        {%- set known_keys = 'select changed_keys.record_id from ' ~ ref('stg_changed_keys')
            ~ " as changed_keys where changed_keys.is_known and changed_keys.source = '" ~ name ~ "'" %}
        where
            records.loaded_in > {{ last_load_before() }}
            {#- Most new records are of new keys; then the old ones need not be looked through. -#}
            {%- if asked_value('select count(*) from (' ~ known_keys ~ ') as known') > 0 %}
            or {{ clean_id('records.' ~ key) }} in ({{ known_keys }})
            {%- endif %}
        {%- endif %}
    )
    {%- endif -%}
{%- endmacro %}


{% macro customer_of(column) -%}
    {#- Whose a raw record is: the id that stands in it, or that of the person or account whose the id is. -#}
    {%- if model.resource_type == 'unit_test' -%}
        {{ clean_id(column) }}
    {%- else -%}
        coalesce(moved_customer_id, {{ clean_id(column) }})
    {%- endif -%}
{%- endmacro %}


{% macro last_load_before() -%}
    {#- Number of the last load of raw data that the last finished run read. -#}
    {{ return(asked_value('select last_load_before from ' ~ audit_table('run_scope'))) }}
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
