/* One row per parent of records that do not roll up to it, or per circle of parents: how many records are
   customers of their own, and why. */
with

parents as (

    select
        problem,
        count(*) as records,
        min(customer_id) as first_record_id,
        max(customer_id) as last_record_id
    from {{ ref('account_roll_ups') }}
    where problem is not null
    group by problem, told_with

)

select
    problem,
    records,
    first_record_id,
    last_record_id,
    case problem
        when 'parent_unknown' then 'the parent that they name is not in the list of customers'
        when 'parent_of_consumer' then 'they or their parent are consumers, by type or business line'
        when 'parent_loop' then 'their parents lead in a circle'
        else 'more than five levels below the topmost parent'
    end as because_en,
    case problem
        when 'parent_unknown' then '所填的上级客户不在客户清单中'
        when 'parent_of_consumer' then '本身或上级按客户类型或业务线属于个人消费者'
        when 'parent_loop' then '上下级关系形成循环'
        else '距最上级客户超过五级'
    end as because_zh
from parents
