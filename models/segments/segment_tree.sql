/* One row per customer and scored date: which of the few rules they meet that split the net revenue of 90
   days best at an earlier date (CART: Breiman, Friedman, Olshen and Stone 1984), and what those who met it
   brought then. Leaf 1 brought most; prospect before the first purchase, unclassified where there was
   nothing to learn from. */
with

features as (

    select * from {{ ref('int_customer_features') }}

),

leaves as (

    select * from {{ ref('fit_tree') }}

),

buyers as (

    select
        features.customer_id,
        features.as_of_date,
        leaves.leaf,
        leaves.rule_en,
        leaves.rule_zh,
        leaves.expected_revenue
    from features
    inner join leaves
        on
            features.as_of_date = leaves.as_of_date
            and features.business_line = leaves.business_line
            {% for measure in propensity_measures() %}
            and greatest(features.{{ measure }}, 0) > coalesce(leaves.{{ measure }}_above, -1)
            and greatest(features.{{ measure }}, 0) <= coalesce(leaves.{{ measure }}_up_to, 1e15)
            {% endfor %}
    where features.purchase_day_count > 0

)

select
    features.customer_id,
    features.as_of_date,
    case
        when features.purchase_day_count = 0 then 'prospect'
        else coalesce('leaf_' || cast(buyers.leaf as string), 'unclassified')
    end as segment,
    buyers.rule_en,
    buyers.rule_zh,
    buyers.expected_revenue as expected_revenue_90_days
from features
left join buyers on features.customer_id = buyers.customer_id and features.as_of_date = buyers.as_of_date
