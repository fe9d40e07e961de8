/* One row per record of the customers export, typed, with its outcome. Attributes have no date of
   their own and are taken as known today. */
{{ config(materialized='restated', meta={'records_restated_by': 'stg_customers'}) }}
select * from {{ ref('stg_customers') }}
