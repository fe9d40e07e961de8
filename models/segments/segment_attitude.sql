/* One row per customer and scored date: what moves the customer by their own words, by the first rule of the
   set `attitude` (seed rules) that their latest survey answers meet, in order of priority; undecided for who
   meets none, no_answer for customers without an answer. Beside it, the class of the net promoter
   question. */
select
    int_customer_features.customer_id,
    int_customer_features.as_of_date,
    int_customer_features.nps_answer,
    {{ nps_class() }} as nps_class,
    {{ rule_segment('attitude') }} as segment
from {{ from_rule_metrics(rules_of('attitude')) }}
