/* One row per key that too many records share, per group of connected records that is no one person, and per
   pair of records that are likely one, for people to decide (source identity_decisions); and per parent of
   records that do not roll up to it. */
select
    problem,
    cast(records as integer) as records,
    first_record_id,
    last_record_id,
    because_en,
    because_zh
from {{ ref('int_identity_reviews') }}
