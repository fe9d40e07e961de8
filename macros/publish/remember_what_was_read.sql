{% macro remember_what_was_read() -%}
    {#- Post-hook of the gate: if it passed, what was read of each source, and a sample of the ids of the orders, for the
        next build to be compared with. An order is in the sample by its id alone, about 4,000 of however many. -#}
    {%- if execute and asked_value(
        'select count(*) from ' ~ this ~ " where outcome = 'blocked'"
    ) == 0 and not asked_value(
        'select is_of_the_past from ' ~ gate_sibling(this, 'gate_context')
    ) -%}
        {%- set number = run_number() -%}
        {%- do run_query(
            'insert into ' ~ audit_table('passed_sources') ~ ' select source, rows_accepted, revenue, ' ~ number
            ~ ' as build_number from ' ~ gate_sibling(this, 'source_profile')
        ) -%}
        {%- set orders = asked_value(
            'select count(*) from ' ~ table_of('intermediate', 'int_orders') ~ " where outcome = 'accepted'"
        ) -%}
        {%- do run_query('delete from ' ~ audit_table('passed_ids') ~ ' where 1 = 1') if has_transactions() -%}
        {%- do run_query(
            'insert into ' ~ audit_table('passed_ids') ~ " select 'orders' as source, " ~ id_hash('order_id')
            ~ ' as id_hash, ' ~ number ~ ' as build_number from ' ~ table_of('intermediate', 'int_orders')
            ~ " where outcome = 'accepted' and " ~ hash_of('order_id') ~ ' % ' ~ [orders // 4000, 1] | max ~ ' = 0'
        ) -%}
    {%- endif -%}
{%- endmacro %}
