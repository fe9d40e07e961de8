{% macro cut_points_of(measures, cuts=['p20', 'p40', 'p60', 'p80', 'p95']) -%}
    {#- A query of one row per scored date and business line: the cut points of some measures side by
        side, as <measure>_p20 and so on. -#}
    select
        as_of_date,
        business_line
        {%- for measure in measures %}
        {%- for cut in cuts %},
        max(case when measure = '{{ measure }}' then {{ cut }} end) as {{ measure }}_{{ cut }}
        {%- endfor %}
        {%- endfor %}
    from {{ ref('fit_cut_points') }}
    group by as_of_date, business_line
{%- endmacro %}


{% macro cut_columns(measure) -%}
    {#- The columns of cut_points_of for one measure, as share_score takes them. -#}
    {{ return([
        'cut_points.' ~ measure ~ '_p20', 'cut_points.' ~ measure ~ '_p40', 'cut_points.' ~ measure ~ '_p60',
        'cut_points.' ~ measure ~ '_p80', 'cut_points.' ~ measure ~ '_p95',
    ]) }}
{%- endmacro %}
