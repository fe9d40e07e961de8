/* One row per scored date, business line, method and parameter that was learned from the data. The line `all`
   is of what was learned from all lines together. */
{{ config(materialized='view') }}
{#- Model, method, and name and value of the parameter in SQL. #}
{% set cuts = ['p20', 'p40', 'p60', 'p80', 'p95'] %}
{% set learned = [
    ('fit_purchase_rhythm', 'lifecycle', "'usual_interval_days'", 'usual_interval_days'),
    ('fit_churned_ratio', 'lifecycle', "'churned_ratio'", 'churned_ratio'),
    ('fit_pyramid', 'pyramid', "pyramid_level || '_from'", 'from_amount'),
    ('fit_peer_revenue', 'potential',
     "'peer_revenue of ' || cast(orders as string) || coalesce(' ' || category, '')", 'peer_revenue'),
    ('fit_propensity', 'propensity', "target || '_' || measure", 'coefficient'),
    ('fit_clusters', 'cluster', "'cluster_' || cast(cluster as string) || '_' || measure", 'centroid'),
] %}
{% for measure in propensity_measures() %}{% for side in ['above', 'up_to'] %}
{% do learned.append(('fit_tree', 'tree',
    "'leaf_' || cast(leaf as string) || '_" ~ measure ~ '_' ~ side ~ "'", measure ~ '_' ~ side)) %}
{% endfor %}{% endfor %}
{% do learned.append(('fit_tree', 'tree', "'leaf_' || cast(leaf as string)", 'expected_revenue')) %}
{% for cut in cuts %}
{% do learned.append(('fit_cut_points', 'cut_points', "measure || '_" ~ cut ~ "'", cut)) %}
{% do learned.append(('fit_clv_cut_points', 'clv', "'lifetime_value_" ~ cut ~ "'", cut)) %}
{% endfor %}
{% for parameter in ['r', 'alpha', 'a', 'b', 'p', 'q', 'v'] %}
{% set usable = 'case when is_usable then ' ~ parameter ~ ' end' %}
{% do learned.append(('fit_clv', 'clv', "'" ~ parameter ~ "'", usable)) %}
{% endfor %}
{#- The margin rate is for customers of whose orders no cost is known: another one moves their value. -#}
{% for judged in ['held_out_ratio', 'spend_level', 'margin_rate'] %}
{% do learned.append(('fit_clv', 'clv', "'" ~ judged ~ "'", judged)) %}
{% endfor %}
{% for ratio in ['early_ratio', 'usual_ratio', 'late_ratio'] %}
{% do learned.append(('fit_gap_spread', 'demand', "'" ~ ratio ~ "'", ratio)) %}
{% endfor %}
with

parameters as (

    {% for model, method, parameter, value in learned %}
    select
        as_of_date,
        {{ "'all'" if model == 'fit_propensity' else 'business_line' }} as business_line,
        '{{ method }}' as method,
        {{ parameter }} as parameter,
        cast({{ value }} as decimal(18, 6)) as value,
        customers
    from {{ ref(model) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from parameters
where value is not null
