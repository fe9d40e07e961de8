/* One row per business line, segmentation and group, and one for all groups of a segmentation: how large
   they are, how alike their members buy, whether they would be found again, and how many stay. At the
   current date. */
select
    as_of_date,
    business_line,
    segmentation,
    group_code,
    is_learned,
    customers,
    group_count,
    share,
    smallest_share,
    largest_share,
    between_share,
    within_share,
    silhouette,
    stability,
    jaccard,
    stays_share
from {{ ref('segment_qualities') }}
