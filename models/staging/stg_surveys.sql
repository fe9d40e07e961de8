/* One row per record of the survey answers, typed, each with its outcome as far as this source alone tells
   it; int_surveys has the final one. */
with

{{ typed_records('surveys', {
    'response_id': 'id', 'customer_id': 'customer', 'answered_at': 'date', 'question': 'code', 'answer': 'text',
    'survey_id': 'text',
}) }}

{{ resolve_versions('surveys', key=['response_id', 'question']) }}

select * from resolved
