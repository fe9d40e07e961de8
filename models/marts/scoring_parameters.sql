/* One row per scored date, business line, method and parameter: every number that was learned
   from the data and that a score or a tier was compared with. */
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

tiers as (

    select
        as_of_date,
        business_line,
        'composite' as method,
        'tier_' || lower(tier_code) || '_from' as parameter,
        lower_score as value,
        customers
    from {{ ref('tier_cut_points') }}

),

parameters as (

    select * from cut_points
    union all
    select * from rhythms
    union all
    select * from tiers

)

select
    as_of_date,
    business_line,
    method,
    parameter,
    cast(value as decimal(18, 4)) as value,
    customers
from parameters
