{#- How a value is scored against published cut points. A score depends on the value alone, so
    equal values have equal scores, and one can look up why. -#}

{% macro count_below(value, cut_points) -%}
    {#- How many of the cut points are below the value; 0 where there are no cut points. -#}
    (
        {%- for cut_point in cut_points %}
        case when {{ cut_point }} < {{ value }} then 1 else 0 end{{ ' +' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}


{% macro share_score(value, cut_points) -%}
    {#- 0-100: which share of the active customers the value exceeds, in per cent, between the
        cut points on a straight line; full marks at the last one. Where cut points are equal, at the lowest of
        them: who has what most have does not exceed them. Null without cut points.
        Args: cut_points: the columns with the 20, 40, 60, 80 and 95 % percentiles. -#}
    case
        when {{ cut_points[-1] }} is null or {{ value }} is null then null
        when {{ value }} <= 0 then 0
        when {{ value }} > {{ cut_points[-1] }} then 100
        {%- for position in range(cut_points | length - 2, -1, -1) %}
        when {{ value }} > {{ cut_points[position] }}
            then {{ 20 * (position + 1) }} + 20
            * cast({{ value }} - {{ cut_points[position] }} as double)
            / cast({{ cut_points[position + 1] }} - {{ cut_points[position] }} as double)
        {%- endfor %}
        else 20 * cast({{ value }} as double) / cast({{ cut_points[0] }} as double)
    end
{%- endmacro %}


{% macro line_score(value, none_at, full_at) -%}
    {#- 0-100: on a straight line between where there are no marks and where there are all. Null where one of
        the three is null: greatest() and least() alone would pass over that.
        Args: none_at, full_at: either may be the greater one. -#}
    {%- set share = 'cast(' ~ value ~ ' - ' ~ none_at ~ ' as double) / cast(' ~ full_at ~ ' - ' ~ none_at ~ ' as double)' -%}
    case
        when {{ value }} is not null and {{ full_at }} <> {{ none_at }}
            then {{ round_double('100 * greatest(0.0, least(1.0, ' ~ share ~ '))', 2) }}
    end
{%- endmacro %}
