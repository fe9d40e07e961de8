/* One row per customer and scored date: the persona, by the first rule of the set `persona` (seed rules)
   that the customer meets, in order of priority; everyday_shopper for who meets none, prospect for who
   has not bought yet. So there is exactly one, whatever the rules say. */
{% set rules = rules_of('persona') %}
select
    int_customer_features.customer_id,
    int_customer_features.as_of_date,
    case
        when int_customer_features.purchase_day_count = 0 then 'prospect'
        else {{ first_rule(rules, 'everyday_shopper') }}
    end as segment
from {{ from_rule_metrics(rules) }}
