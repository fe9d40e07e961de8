{#- The pieces that compile config_rules to SQL. -#}

{% macro seed_columns(seed) -%}
    {#- The columns that a seed has in the warehouse; before it is there (parsing, linting),
        those that it should have. Empty where it has never been loaded. -#}
    {%- set relation = ref(seed) -%}
    {%- if not execute or flags.WHICH not in ['build', 'run', 'retry'] -%}
        {{ return(config_rules()[seed].columns | list) }}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- if load_relation(relation) -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do columns.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(columns) }}
{%- endmacro %}


{% macro seed_texts(seed) -%}
    {#- A select of the columns that a seed should have, as text, empty ones as null. A column
        that it does not have is null too: config_errors tells that it is missing, and the
        other rules find nothing to say about it. -#}
    {%- set found = seed_columns(seed) -%}
    select
        {%- for column in config_rules()[seed].columns %}
        {% if column in found -%}
            nullif(cast({{ column }} as string), '') as {{ column }}
        {%- else -%}
            cast(null as string) as {{ column }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(seed) if found else '(select 1 as nothing) as not_loaded where false' }}
{%- endmacro %}


{% macro seed_column_errors() -%}
    {#- Seeds that were not loaded or lack a column: rows for config_literals. -#}
    {%- set errors = [] -%}
    {%- for seed, rules in config_rules().items() -%}
        {%- set found = seed_columns(seed) -%}
        {%- set file = 'seeds/' ~ seed ~ '.csv' -%}
        {%- if not found -%}
            {%- do errors.append((file, 'all rows', 'the file was not loaded', build_command() ~ ', or dbt seed before it')) -%}
        {%- endif -%}
        {%- for column in rules.columns if found and column not in found -%}
            {%- do errors.append((
                file, 'header', 'the column ' ~ column ~ ' is missing; found: ' ~ found | join(', '),
                'the columns ' ~ rules.columns | join(', '),
            )) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(errors) }}
{%- endmacro %}


{% macro config_row(columns) -%}
    {#- How a row of a seed is named in a message: column=value, column=value. -#}
    {%- for column in columns -%}
        '{{ ", " if not loop.first }}{{ column }}=' || coalesce({{ column }}, '(empty)'){{ ' || ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{% macro config_value_is_valid(value, rule) -%}
    {#- Whether a text follows a rule. Of a code only that it is there: config_errors looks it up. -#}
    {%- set checks = [value ~ ' is not null'] -%}
    {%- set number = 'try_cast(' ~ value ~ ' as decimal(18, 6))' -%}
    {%- if rule.type == 'text' -%}
        {%- do checks.append(matches(value, rule.pattern or '^[^ ](.*[^ ])?$')) -%}
    {%- elif rule.type == 'choice' -%}
        {%- do checks.append(value ~ " in ('" ~ rule.choices | join("', '") ~ "')") -%}
    {%- elif rule.type == 'integer' -%}
        {%- do checks.append(matches(value, '^-?[0-9]{1,9}$')) -%}
    {%- elif rule.type == 'number' -%}
        {%- do checks.append(matches(value, '^-?[0-9]{0,9}([.][0-9]+)?$')) -%}
        {%- do checks.append(number ~ ' is not null') -%}
    {%- elif rule.type == 'probability' -%}
        {#- As small as it likes: that two people have one member number. -#}
        {%- do checks.append(matches(value, '^[01]?([.][0-9]+)?$')) -%}
        {%- do checks.append('try_cast(' ~ value ~ ' as double) > 0 and try_cast(' ~ value ~ ' as double) <= 1') -%}
    {%- endif -%}
    {%- for limit, sign in [('from', '>='), ('to', '<='), ('above', '>')] if limit in rule -%}
        {%- do checks.append(number ~ ' ' ~ sign ~ ' ' ~ rule[limit]) -%}
    {%- endfor -%}
    {{ value ~ ' is null or ' if rule.may_be_empty }}coalesce({{ checks | join(' and ') }}, false)
{%- endmacro %}


{% macro config_remedy(rule) -%}
    {#- What would be right, in words. -#}
    {%- if rule.says -%} {{ return(rule.says) }} {%- endif -%}
    {%- if rule.type == 'choice' -%} {{ return('one of: ' ~ rule.choices | join(', ')) }} {%- endif -%}
    {%- if rule.type == 'code' -%}
        {%- set seed, column = rule['in'].split('.') -%}
        {{ return('a code that seeds/' ~ seed ~ '.csv has in its column ' ~ column) }}
    {%- endif -%}
    {%- set words = [{
        'text': 'a text on one line without blanks at its ends', 'integer': 'a whole number', 'number': 'a number',
        'probability': 'a probability above 0, to 1, such as .0001',
    }[rule.type]] -%}
    {%- for limit in ['from', 'to', 'above'] if limit in rule -%}
        {%- do words.append(limit ~ ' ' ~ rule[limit]) -%}
    {%- endfor -%}
    {{ return(words | join(' ')) }}
{%- endmacro %}


{% macro config_literals(rows) -%}
    {#- A select of config errors that are known while the model compiles. -#}
    {%- for file, config_row, problem, remedy in rows %}
    select
        {%- for name, value in [('config_file', file), ('config_row', config_row), ('problem', problem), ('remedy', remedy)] %}
        {{ dbt.string_literal(dbt.escape_single_quotes(value)) }} as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    union all
    {%- endfor %}
    select
        cast(null as string) as config_file,
        cast(null as string) as config_row,
        cast(null as string) as problem,
        cast(null as string) as remedy
    where false
{%- endmacro %}
