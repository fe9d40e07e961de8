{% test unique_key(model, columns) %}
/* The key of a table, in one scan: every column filled, every combination once.
   Prevents: a join that multiplies rows or loses them, in everything built on the table. */
select
    {{ columns | join(',\n    ') }},
    count(*) as row_count
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    {%- endfor %}
{% endtest %}
