/* One row per customer and scored date: the market segment, by industry, size, region and need: the first
   rule of the set `market` (seed rules) that the customer meets, in order of priority; general_market
   where there is none (the bases of segmentation of business markets: Bonoma and Shapiro, "Segmenting the
   industrial market", 1983). The second label beside the tier; market_priorities says how much each pair of
   them is worth. */
select
    int_customer_features.customer_id,
    int_customer_features.as_of_date,
    {{ rule_segment('market') }} as segment
from {{ from_rule_metrics(rules_of('market')) }}
