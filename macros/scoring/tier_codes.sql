{% macro tier_codes() -%}
    {#- The codes of the tiers, best first, without L and P (lapsed customers and prospects, who are not compared), as the seed `tiers` has them
        while the model compiles. Before the seed exists (parsing, linting): the usual ones. -#}
    {%- set codes = ['A', 'B', 'C', 'D'] -%}
    {%- if execute and load_relation(ref('tiers')) -%}
        {%- set rows = run_query(
            "select tier_code from " ~ ref('tiers') ~ " where tier_code not in ('L', 'P') order by cast(tier_rank as integer)"
        ) -%}
        {%- set codes = rows.columns[0].values() -%}
    {%- endif -%}
    {{ return(codes) }}
{%- endmacro %}
