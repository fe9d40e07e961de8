/* One row per customer and scored date: the measures that every method starts from. What has
   "in the window" in its description looks back `lookback_days`, the as-of date included. */
{{ config(meta={'rows_restated_by': 'int_dates_to_restate'}) }}
with

features as (

    select * from {{ to_restate(ref('int_features_in_scope'), 'int_dates_to_restate') }}

)

select * from features
