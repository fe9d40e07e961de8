/* One row per customer and scored date: what moves the customer by their own words, by the first rule of the
   set `attitude` (seed rules) that their latest survey answers meet, in order of priority; undecided for who
   meets none, no_answer for who was not asked or did not answer. Beside it, the class of the net promoter
   question: 9 and 10 promote, 7 and 8 are passive, 0 to 6 detract (Reichheld, "The one number you need to
   grow", Harvard Business Review, December 2003). */
{% set rules = rules_of('attitude') %}
{% set answers = [
    'nps_answer', 'price_agreement', 'novelty_agreement', 'service_agreement', 'quality_agreement',
] %}
select
    int_customer_features.customer_id,
    int_customer_features.as_of_date,
    int_customer_features.nps_answer,
    case
        when int_customer_features.nps_answer is null then 'no_answer'
        when int_customer_features.nps_answer >= 9 then 'promoter'
        when int_customer_features.nps_answer >= 7 then 'passive'
        else 'detractor'
    end as nps_class,
    case
        when
            coalesce(
                {% for answer in answers %}
                int_customer_features.{{ answer }}{{ ',' if not loop.last }}
                {% endfor %}
            ) is null
            then 'no_answer'
        else {{ first_rule(rules, 'undecided') }}
    end as segment
from {{ from_rule_metrics(rules) }}
