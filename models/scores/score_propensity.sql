/* One row per customer and scored date: the probability to buy within 30 days, and to churn, that is not to
   buy within 90, by logistic regression (Hosmer and Lemeshow, "Applied logistic regression") learned at an
   earlier date whose outcome was known by then. The three factors are the measures that move the log-odds
   of buying most against the mean. Null, with the reason, where there is no such date. */
{% set measures = propensity_measures() %}
with

features as (

    select
        {% for measure in measures %}
        {{ log_measure(measure) }} as {{ measure }},
        {% endfor %}
        customer_id,
        as_of_date,
        purchase_day_count > 0 as has_bought
    from {{ ref('int_customer_features') }}

),

coefficients as (

    select
        as_of_date,
        {% for target in propensity_targets() %}
        {% for measure in ['intercept'] + measures %}
        max(case when target = '{{ target }}' and measure = '{{ measure }}' then coefficient end)
            as {{ target }}_{{ measure }},
        {% endfor %}
        {% endfor %}
        {% for measure in measures %}
        max(case when target = 'buy' and measure = '{{ measure }}' then mean end) as {{ measure }}_mean,
        {% endfor %}
        max(case when target = 'buy' then learned_at end) as learned_at
    from {{ ref('fit_propensity') }}
    group by as_of_date

),

weighed as (

    select
        {% for target in propensity_targets() %}
        coefficients.{{ target }}_intercept
        {%- for measure in measures %}
        + coefficients.{{ target }}_{{ measure }} * features.{{ measure }}
        {%- endfor %} as {{ target }}_log_odds,
        {% endfor %}
        {% for measure in measures %}
        {{ round_double('coefficients.buy_' ~ measure ~ ' * (features.' ~ measure ~ ' - coefficients.'
            ~ measure ~ '_mean)', 4) }} as {{ measure }}_effect,
        {% endfor %}
        features.*,
        coefficients.learned_at
    from features
    left join coefficients on features.as_of_date = coefficients.as_of_date

),

/* Numbers sort much faster than texts: the size comes first, then the place of the measure and the
   direction. */
{% set sized = [] %}
{% for measure in measures %}
{% do sized.append('cast(round(abs(' ~ measure ~ '_effect) * 10000) as bigint) * 100 + case when ' ~ measure
    ~ '_effect < 0 then ' ~ (2 * loop.index) ~ ' else ' ~ (2 * loop.index + 1) ~ ' end') %}
{% endfor %}
ranked as (

    select
        {% for n in range(1, 4) %}
        {{ sorted_item(sized, measures | length + 1 - n) }} % 100 as factor_code_{{ n }},
        {% endfor %}
        *
    from weighed

),

scored as (

    select
        {% for target in propensity_targets() %}
        case when has_bought then {{ round_double('1 / (1 + exp(-' ~ target ~ '_log_odds))', 4) }} end
            as {{ target }}_probability,
        {% endfor %}
        {% for n in range(1, 4) %}
        case
            when not has_bought or buy_log_odds is null then null
            {% for measure in measures %}
            when factor_code_{{ n }} = {{ 2 * loop.index }} then '{{ measure }} down'
            when factor_code_{{ n }} = {{ 2 * loop.index + 1 }} then '{{ measure }} up'
            {% endfor %}
        end as factor_{{ n }},
        {% endfor %}
        *
    from ranked

)

select
    customer_id,
    as_of_date,
    learned_at,
    buy_probability as buy_probability_30_days,
    churn_probability as churn_probability_90_days,
    factor_1,
    factor_2,
    factor_3,
    case
        when not has_bought then 'has not bought yet'
        when buy_probability is null then 'no earlier date to learn from'
    end as no_score_reason,
    {{ round_double('100 * buy_probability', 2) }} as score
from scored
