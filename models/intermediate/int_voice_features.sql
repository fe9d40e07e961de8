/* One row per customer and scored date of the customer's scope with a survey answer or a social profile until
   then: the latest answer to each kind of question (seed survey_questions), and the followers of all
   platforms. */
{% set attitudes = ['price', 'novelty', 'service', 'quality'] %}
with

voices as (

    select
        customer_id,
        attitude as kind,
        answer_date as voice_date,
        agreement as amount,
        answered_at as voiced_at,
        response_id as voice
    from {{ ref('int_surveys') }}
    where outcome = 'accepted' and attitude is not null

    union all

    select
        customer_id,
        'followers ' || platform as kind,
        measured_date as voice_date,
        cast(followers as double) as amount,
        measured_at as voiced_at,
        platform as voice
    from {{ ref('int_social_profiles') }}
    where outcome = 'accepted'

),

dated as (

    select
        voices.customer_id,
        dates.as_of_date,
        voices.kind,
        voices.amount,
        row_number() over (
            partition by voices.customer_id, dates.as_of_date, voices.kind
            order by voices.voiced_at desc, voices.voice desc, voices.amount desc
        ) as place_back
    from voices
    {{ facts_in_window('voices', 'dates', 'voice_date', looks_back=0) }}

)

select
    customer_id,
    as_of_date,
    {{ round_double("max(case when kind = 'nps' then amount end) / 10", 2) }} as nps_answer,
    {% for attitude in attitudes %}
    max(case when kind = '{{ attitude }}' then amount end) as {{ attitude }}_agreement,
    {% endfor %}
    cast(sum(case when kind like 'followers %' then amount end) as bigint) as follower_count
from dated
where place_back = 1
group by customer_id, as_of_date
