/* One row per record of the survey answers, with its final outcome: of nobody we know, or out of the scale of
   a question of the seed survey_questions, it is rejected. Answers to other questions are kept and are no
   measure. */
with

known as (

    {{ of_known_customers(
        'stg_surveys', ['response_id', 'question', 'answer', 'answered_at'], days={'answer_date': 'answered_at'}
    ) }}

),

questions as (

    select
        lower(cast(question as string)) as question,
        cast(attitude as string) as attitude,
        cast(lowest as decimal(18, 4)) as lowest,
        cast(highest as decimal(18, 4)) as highest
    from {{ ref('survey_questions') }}

),

scaled as (

    select
        known.*,
        questions.attitude,
        questions.lowest,
        questions.highest,
        {{ parse_number('known.answer', decimal_sign="'.'") }} as value
    from known
    left join questions on known.question = questions.question

),

judged as (

    select
        *,
        attitude is not null and not coalesce(value >= lowest and value <= highest, false) as is_off_scale
    from scaled

)

select
    source_row,
    customer_id,
    response_id,
    question,
    answer,
    answered_at,
    answer_date,
    attitude,
    {{ round_double('100 * cast(value - lowest as double) / cast(highest - lowest as double)', 2) }}
        as agreement,
    case when outcome = 'accepted' and is_off_scale then 'rejected' else outcome end as outcome,
    case when outcome = 'accepted' and is_off_scale then 'answer_off_scale' else reject_reason end
        as reject_reason
from judged
