/* One row per customer and scored date: the persona, by the first rule of the set `persona` (seed rules)
   that the customer meets, in order of priority; everyday_shopper where there is none,
   prospect for customers who have not bought yet. So there is exactly one, whatever the rules say. */
select
    int_customer_features.customer_id,
    int_customer_features.as_of_date,
    {{ rule_segment('persona') }} as segment
from {{ from_rule_metrics(rules_of('persona')) }}
