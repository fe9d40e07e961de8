/* One row per customer and scored date of the customer's scope with a survey answer, a social profile or a
   consent until then: the latest answer to each kind of question (seed survey_questions), the followers of
   all platforms, and the channels that are permitted. */
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

    union all

    select
        customer_id,
        'consent ' || channel as kind,
        since_date as voice_date,
        case when is_permitted then 1.0e0 else 0.0e0 end as amount,
        since_at as voiced_at,
        channel as voice
    from {{ ref('int_permissions') }}

),

dated as (

    select
        voices.customer_id,
        dates.as_of_date,
        voices.kind,
        voices.voice,
        voices.amount,
        voices.voice_date,
        row_number() over (
            partition by voices.customer_id, dates.as_of_date, voices.kind
            /* Of a yes and a no at one time the no holds. */
            order by
                voices.voiced_at desc, voices.voice desc,
                case when voices.kind like 'consent %' then -voices.amount else voices.amount end desc
        ) as place_back
    from voices
    {{ facts_in_window('voices', 'dates', 'voice_date', looks_back=0) }}

)

select
    customer_id,
    as_of_date,
    {{ round_double("max(case when kind = 'nps' then amount end) / 10", 2) }} as nps_answer,
    max(case when kind = 'nps' then voice_date end) as nps_answer_date,
    {% for attitude in attitudes %}
    max(case when kind = '{{ attitude }}' then amount end) as {{ attitude }}_agreement,
    {% endfor %}
    cast(sum(case when kind like 'followers %' then amount end) as bigint) as follower_count,
    {{ listed("case when kind like 'consent %' and amount = 1 then voice end") }} as permitted_channels,
    {{ listed("case when kind like 'consent %' and amount = 0 then voice end") }} as refused_channels
from dated
where place_back = 1
group by customer_id, as_of_date
