/* One row per customer and scored date: one of eleven segments by the r-f-m cell. */
with

scores as (

    select * from {{ ref('score_rfm') }}

),

cells as (

    select
        cast(rfm_cell as string) as rfm_cell,
        cast(segment as string) as segment
    from {{ ref('rfm_cells') }}

)

select
    scores.customer_id,
    scores.as_of_date,
    case when scores.rfm_cell is null then 'prospect' else cells.segment end as segment
from scores
left join cells on scores.rfm_cell = cells.rfm_cell
