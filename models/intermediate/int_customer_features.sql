/* One row per customer and scored date: the measures that every method starts from. What has
   "in the window" in its description looks back `lookback_days`, the as-of date included. */
{{ config(pre_hook="{{ forget_restated_rows('int_dates_to_restate') }}") }}
select * from {{ ref('int_features_in_scope') }}
