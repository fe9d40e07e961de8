/* Prevents: something that people should know of what was read, and can act on, goes by unseen because it is
   no rejected record: a file that feeds nothing, a refund that was cut. */
{{ config(severity='warn') }}
select
    source,
    sentence_en,
    sentence_zh
from {{ ref('int_reading_notes') }}
where is_to_act_on
