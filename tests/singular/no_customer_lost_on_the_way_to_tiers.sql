/* Prevents: a score, or the history, that loses or doubles customers of a date. The composite would
   take a lost
   row for a method with nothing to say and spread its weight, and nothing would look wrong.
   Also a customer without a tier, because no cut point or stage fits.
   A build looks at the dates that it worked out, `dbt test` at all of them. */
{% set later_models = [] %}
{% for method in scoring_methods() %}{% do later_models.append('score_' ~ method) %}{% endfor %}
{% do later_models.extend(['tier_assigned', 'customer_tier_history']) %}
with

features as (

    select
        features.as_of_date,
        dates.is_published,
        count(*) as customers
    from {{ of_restated_dates(ref('int_customer_features'), 'tier_dates_to_restate') }} as features
    inner join {{ ref('int_scoring_dates') }} as dates on features.as_of_date = dates.as_of_date
    group by features.as_of_date, dates.is_published

),

expected as (

    {% for name in later_models %}
    select
        '{{ name }}' as model_name,
        as_of_date,
        customers
    from features
    {{ 'where is_published' if not name.startswith('score_') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

found as (

    {% for name in later_models %}
    select
        '{{ name }}' as model_name,
        as_of_date,
        count(*) as customers
    from {{ of_restated_dates(ref(name), 'tier_dates_to_restate') }}
    group by as_of_date
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    expected.model_name,
    expected.as_of_date,
    expected.customers as customers_expected,
    coalesce(found.customers, 0) as customers_found
from expected
left join found
    on expected.model_name = found.model_name and expected.as_of_date = found.as_of_date
where expected.customers <> coalesce(found.customers, 0)
