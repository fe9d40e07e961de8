/* One row per business line and cluster at the current date: a name that says what its customers are like.
   What lies half a standard deviation or more off the mean of the line is named, in the logarithms that
   clusters are learned from. */
{% set words = {
    'net_revenue': ['high spend', 'low spend', '消费高', '消费低'],
    'order_count': ['many orders', 'few orders', '下单多', '下单少'],
    'recency_days': ['long silent', 'recent', '久未购买', '近期购买'],
    'engagement_points': ['engaged', 'quiet', '互动多', '互动少'],
} %}
{% set names = {} %}
{% for language, high, average, comma in [('en', 0, 'average', ', '), ('zh', 2, '一般', '、')] %}
{% set said = [] %}
{% for measure, name in words.items() %}
{% do said.append('case when ' ~ measure ~ " >= 0.5 then '" ~ name[high] ~ "' when " ~ measure
    ~ " <= -0.5 then '" ~ name[high + 1] ~ "' end") %}
{% endfor %}
{% do names.update({language: "cast(cluster as string) || ' · ' || coalesce(nullif(concat_ws('"
    ~ comma ~ "', " ~ said | join(', ') ~ "), ''), '" ~ average ~ "')"}) %}
{% endfor %}
with

centroids as (

    select
        fits.business_line,
        fits.cluster,
        {% for measure in words %}
        max(case when fits.measure = '{{ measure }}' then fits.centroid end) as {{ measure }},
        {% endfor %}
        'cluster_' || cast(fits.cluster as string) as segment
    from {{ ref('fit_clusters') }} as fits
    inner join {{ ref('int_scoring_dates') }} as dates
        on fits.as_of_date = dates.as_of_date and dates.is_current
    group by fits.business_line, fits.cluster

)

select
    business_line,
    segment as cluster,
    {{ names.en }} as name_en,
    {{ names.zh }} as name_zh
from centroids
