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

),

clv as (

    {% for parameter in ['r', 'alpha', 'a', 'b', 'p', 'q', 'v'] %}
    select
        as_of_date,
        business_line,
        'clv' as method,
        '{{ parameter }}' as parameter,
        {{ parameter }} as value,
        customers
    from {{ ref('fit_clv') }}
    where is_usable
    union all
    {% endfor %}
    {% for cut in ['p20', 'p40', 'p60', 'p80', 'p95'] %}
    select
        as_of_date,
        business_line,
        'clv' as method,
        'lifetime_value_{{ cut }}' as parameter,
        cast({{ cut }} as double) as value,
        customers
    from {{ ref('fit_clv_cut_points') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

pyramid as (

    select
        as_of_date,
        business_line,
        'pyramid' as method,
        pyramid_level || '_from' as parameter,
        from_amount as value,
        customers
    from {{ ref('fit_pyramid') }}
    where from_amount is not null

),

gaps as (

    {% for ratio in ['early_ratio', 'usual_ratio', 'late_ratio'] %}
    select
        as_of_date,
        business_line,
        'demand' as method,
        '{{ ratio }}' as parameter,
        {{ ratio }} as value,
        customers
    from {{ ref('fit_gap_spread') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

peers as (

    select
        as_of_date,
        business_line,
        'potential' as method,
        'peer_revenue' || coalesce(' of ' || category, '') as parameter,
        peer_revenue as value,
        customers
    from {{ ref('fit_peer_revenue') }}

)

{% for parameters in ['cut_points', 'rhythms', 'clv', 'pyramid', 'gaps', 'peers'] %}
select
    as_of_date,
    business_line,
    method,
    parameter,
    cast(value as decimal(18, 6)) as value,
    customers
from {{ parameters }}
{{ 'union all' if not loop.last }}
{% endfor %}
