/* One row per customer at the current date and factor of the composite score. */
with

factors as (

    select * from {{ ref('customer_tier_factors_candidate') }}

),

methods as (

    select
        cast(method as string) as method,
        cast(name_en as string) as name_en,
        cast(name_zh as string) as name_zh
    from {{ ref('methods') }}

)

select
    factors.customer_id,
    factors.as_of_date,
    factors.factor,
    methods.name_en as factor_name_en,
    methods.name_zh as factor_name_zh,
    cast(factors.score as double) as score,
    factors.weight,
    factors.points
from factors
left join methods on factors.factor = methods.method
