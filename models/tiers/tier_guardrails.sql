/* One row per customer and scored date, of those that take part in this run, with a guardrail: the first rule
   of the set `guardrail` (seed rules) that the customer meets, in order of priority. */
{{ config(materialized='view') }}
-- depends_on: {{ ref('tier_dates_to_restate') }}
{% set rules = rules_of('guardrail') %}
with

met as (

    select
        int_customer_features.customer_id,
        int_customer_features.as_of_date,
        {{ first_rule(rules, 'none') }} as rule
    from {{ from_rule_metrics(rules, restated_by='tier_dates_to_restate') }}

)

select
    customer_id,
    as_of_date,
    rule
from met
where rule <> 'none'
