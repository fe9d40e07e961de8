/* One row per customer and scored date: the marketing scenario that fits best, by the first rule of the set
   `scenario` (seed rules) that the customer meets, in order of priority; none where there is none. */
select
    int_customer_features.customer_id,
    int_customer_features.as_of_date,
    {{ rule_segment('scenario') }} as segment
from {{ from_rule_metrics(rules_of('scenario')) }}
