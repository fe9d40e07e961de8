{#- Two-axis matrices: each axis is the score of a method, high from a cut point on; the seed matrix_axes
    has both. -#}

{% macro matrices() -%}
    {#- The segments of each matrix: where both axes are high, only the first, only the second, none. -#}
    {{ return({
        'value_loyalty': ['true_friend', 'butterfly', 'barnacle', 'stranger'],
        'value_engagement': ['active_core', 'silent_value', 'engaged_fan', 'bystander'],
    }) }}
{%- endmacro %}


{% macro matrix_quadrant(matrix) -%}
    {#- The quadrant of a customer, by the scores that stand beside each other in a row: score_<method>; unknown
        where one of them is. -#}
    {%- set high, unknown = [], [] -%}
    {%- for axis, method, high_from in matrix_axes(matrix) -%}
        {%- do high.append('score_' ~ method ~ '.score >= ' ~ high_from) -%}
        {%- do unknown.append('score_' ~ method ~ '.score is null') -%}
    {%- endfor -%}
    {%- set quadrants = matrices()[matrix] -%}
    case
        when int_customer_features.purchase_day_count = 0 then 'prospect'
        when {{ unknown | join(' or ') }} then 'unknown'
        when {{ high[0] }} and {{ high[1] }} then '{{ quadrants[0] }}'
        when {{ high[0] }} then '{{ quadrants[1] }}'
        when {{ high[1] }} then '{{ quadrants[2] }}'
        else '{{ quadrants[3] }}'
    end
{%- endmacro %}


{% macro matrix_segment(matrix) -%}
    {#- A query of one row per customer and scored date: the quadrant and the two scores. -#}
    {%- if not execute -%}
        {%- set reads = [ref('matrix_axes')] -%}
        {%- for method in scoring_methods() %}{% do reads.append(ref('score_' ~ method)) %}{% endfor -%}
    {%- endif -%}
    {%- set axes = matrix_axes(matrix) -%}
    select
        int_customer_features.customer_id,
        int_customer_features.as_of_date,
        {%- for axis, method, high_from in axes %}
        score_{{ method }}.score as {{ axis }}_score,
        {%- endfor %}
        {{ matrix_quadrant(matrix) }} as segment
    from {{ ref('int_customer_features') }} as int_customer_features
    {%- for method in axes | map(attribute=1) | unique %}
    inner join {{ ref('score_' ~ method) }} as score_{{ method }}
        on
            int_customer_features.customer_id = score_{{ method }}.customer_id
            and int_customer_features.as_of_date = score_{{ method }}.as_of_date
    {%- endfor %}
{%- endmacro %}


{% macro matrix_axes(matrix) -%}
    {#- The axes of a matrix as triples of name, method and cut point, as the seed has them while the
        model compiles; before it exists (parsing, linting), two of any. The cut point is a number
        here, whatever the seed says. -#}
    {%- set axes = [] -%}
    {%- if execute and load_relation(ref('matrix_axes')) -%}
        {%- for axis, method, high_from in run_query(
            "select axis, method, high_from from " ~ ref('matrix_axes') ~ " where matrix = '" ~ matrix
            ~ "' order by cast(place as integer)"
        ).rows if method in scoring_methods() -%}
            {%- do axes.append((axis, method, high_from | float)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(axes if axes | length == 2 else [('value', 'contribution', 50), ('loyalty', 'lifecycle', 50)]) }}
{%- endmacro %}
