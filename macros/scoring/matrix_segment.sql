{#- Two-axis matrices: each axis is the score of a method, high from a cut point on; the seed matrix_axes
    has both. -#}

{% macro matrix_segment(matrix, quadrants) -%}
    {#- A query of one row per customer and scored date: the quadrant. An unknown score is not high.
        Args:
            matrix: name of the matrix in the seed.
            quadrants: the segments where both are high, only the first, only the second, none. -#}
    {%- if not execute -%}
        {%- set reads = [ref('matrix_axes')] -%}
        {%- for method in scoring_methods() %}{% do reads.append(ref('score_' ~ method)) %}{% endfor -%}
    {%- endif -%}
    {%- set axes = matrix_axes(matrix) -%}
    select
        features.customer_id,
        features.as_of_date,
        {%- for axis, method, high_from in axes %}
        axis_{{ loop.index }}.score as {{ axis }}_score,
        {%- endfor %}
        case
            when features.purchase_day_count = 0 then 'prospect'
            when
                axis_1.score >= {{ axes[0][2] }} and axis_2.score >= {{ axes[1][2] }} then '{{ quadrants[0] }}'
            when axis_1.score >= {{ axes[0][2] }} then '{{ quadrants[1] }}'
            when axis_2.score >= {{ axes[1][2] }} then '{{ quadrants[2] }}'
            else '{{ quadrants[3] }}'
        end as segment
    from {{ ref('int_customer_features') }} as features
    {%- for axis, method, high_from in axes %}
    inner join {{ ref('score_' ~ method) }} as axis_{{ loop.index }}
        on
            features.customer_id = axis_{{ loop.index }}.customer_id
            and features.as_of_date = axis_{{ loop.index }}.as_of_date
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
