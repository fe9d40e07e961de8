/* One row per goal, data and business model: the method to begin with, before anything can be measured, and
   what measuring says of it where it has been. */
with

guide as (

    select
        cast(goal as string) as goal,
        cast(data as string) as data,
        cast(business_model as string) as business_model,
        cast(method as string) as method,
        cast(reason_en as string) as reason_en,
        cast(reason_zh as string) as reason_zh
    from {{ ref('method_guide_rules') }}

),

names as (

    select
        cast(method as string) as method,
        cast(name_en as string) as method_name_en,
        cast(name_zh as string) as method_name_zh
    from {{ ref('methods') }}

)

select
    guide.goal,
    guide.data,
    guide.business_model,
    guide.method,
    names.method_name_en,
    names.method_name_zh,
    guide.reason_en,
    guide.reason_zh
from guide
inner join names on guide.method = names.method
