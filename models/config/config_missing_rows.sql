/* One row per row that a seed should have and does not: rules must give an answer for every case. */
{{ config(schema='audit') }}
with

found as (

    select distinct
        seed,
        config_row
    from {{ ref('config_values') }}
    where is_first_of_key

),

expected as (

    select * from {{ ref('config_expected_rows') }}

),

missing as (

    select
        expected.config_row,
        'seeds/' || expected.seed || '.csv' as config_file
    from expected
    left join found on expected.seed = found.seed and expected.config_row = found.config_row
    where
        expected.config_row is not null
        and found.config_row is null
        /* An empty file is told once, and not row by row. */
        and expected.seed in (select has_rows.seed from found as has_rows)

)

select
    config_file,
    config_row,
    'the row is missing' as problem,
    'one row with this key' as remedy
from missing
