{% macro margin_rate() -%}
    {#- The margin of the window as a share of its net revenue; null where either is not known or nothing. -#}
    case
        when net_revenue > 0
            then {{ round_double('cast(margin as double) / cast(net_revenue as double)', 4) }}
    end
{%- endmacro %}
