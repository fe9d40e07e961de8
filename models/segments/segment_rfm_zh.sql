/* One row per customer and scored date: one of the eight classes common in China (重要价值 ...),
   by recency, frequency and monetary score being high or low. */
with

scores as (

    select * from {{ ref('score_rfm') }}

),

levels as (

    select
        cast(rfm_score as integer) as rfm_score,
        cast(level as string) as level
    from {{ ref('rfm_levels') }}

),

classes as (

    select
        cast(r_level as string) as r_level,
        cast(f_level as string) as f_level,
        cast(m_level as string) as m_level,
        cast(segment as string) as segment
    from {{ ref('rfm_classes') }}

)

select
    scores.customer_id,
    scores.as_of_date,
    case when scores.rfm_cell is null then 'prospect' else classes.segment end as segment
from scores
left join levels as r_levels on scores.r_score = r_levels.rfm_score
left join levels as f_levels on scores.f_score = f_levels.rfm_score
left join levels as m_levels on scores.m_score = m_levels.rfm_score
left join classes
    on
        r_levels.level = classes.r_level
        and f_levels.level = classes.f_level
        and m_levels.level = classes.m_level
