/* One row per customer and scored date: the composite score, 0-100, as the sum of the points
   that each method gives. A method that has nothing to say (null) leaves its weight to the
   others; who has not bought yet has no composite. */
{% set methods = scoring_methods() %}
with

features as (

    select
        customer_id,
        as_of_date,
        business_line,
        policy,
        purchase_day_count > 0 as has_bought
    from {{ ref('int_customer_features') }}

),

weights as (

    select
        cast(policy as string) as policy,
        {% for method in methods %}
        coalesce(max(case when method = '{{ method }}' then cast(weight as double) end), 0)
            as {{ method }}_weight{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('policy_weights') }}
    group by policy

),

available as (

    select
        features.customer_id,
        features.as_of_date,
        features.business_line,
        features.policy,
        {% for method in methods %}
        case when features.has_bought then score_{{ method }}.score end as {{ method }}_score,
        case
            when features.has_bought and score_{{ method }}.score is not null
                then weights.{{ method }}_weight
            else 0
        end as {{ method }}_policy_weight{{ ',' if not loop.last }}
        {% endfor %}
    from features
    left join weights on features.policy = weights.policy
    {% for method in methods %}
    left join {{ ref('score_' ~ method) }} as score_{{ method }}
        on
            features.customer_id = score_{{ method }}.customer_id
            and features.as_of_date = score_{{ method }}.as_of_date
    {% endfor %}

),

weighted as (

    select
        customer_id,
        as_of_date,
        business_line,
        policy,
        {% for method in methods %}
        {{ method }}_score,
        {{ method }}_policy_weight / nullif(
            {%- for other in methods %} {{ other }}_policy_weight{{ ' +' if not loop.last }}{% endfor %}, 0
        ) as {{ method }}_weight{{ ',' if not loop.last }}
        {% endfor %}
    from available

),

pointed as (

    select
        customer_id,
        as_of_date,
        business_line,
        policy,
        {% for method in methods %}
        {{ method }}_score,
        cast(round({{ method }}_weight, 4) as decimal(9, 4)) as {{ method }}_weight,
        cast(round({{ method }}_weight * {{ method }}_score, 4) as decimal(9, 4))
            as {{ method }}_points{{ ',' if not loop.last }}
        {% endfor %}
    from weighted

)

select
    *,
    case
        when
            {%- for method in methods %} {{ method }}_points is not null{{ ' or' if not loop.last }}{% endfor %}
            then cast(
                {%- for method in methods %} coalesce({{ method }}_points, 0){{ ' +' if not loop.last }}{% endfor %}
                as decimal(9, 4)
            )
    end as composite_score
from pointed
