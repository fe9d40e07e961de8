/* One row per scored date, business line, method and parameter that was learned from the data. */
{{ config(materialized='view') }}
with

cut_points as (

    {% for cut in ['p20', 'p40', 'p60', 'p80', 'p95'] %}
    select
        as_of_date,
        business_line,
        'cut_points' as method,
        measure || '_{{ cut }}' as parameter,
        {{ cut }} as value,
        customers
    from {{ ref('fit_cut_points') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

rhythms as (

    select
        as_of_date,
        business_line,
        'lifecycle' as method,
        'usual_interval_days' as parameter,
        usual_interval_days as value,
        customers
    from {{ ref('fit_purchase_rhythm') }}

)

{% for ratio in ['early_ratio', 'usual_ratio', 'late_ratio'] %}
select
    as_of_date,
    business_line,
    'demand' as method,
    '{{ ratio }}' as parameter,
    {{ ratio }} as value,
    customers
from {{ ref('fit_gap_spread') }}
union all
{% endfor %}
select * from cut_points
union all
select * from rhythms
