/* One row per customer whose record names a parent: the account that it rolls up to, which is the topmost
   parent, and how far below it stands; or why it is a customer of its own.

   Six joins of the links with themselves: no recursion. Whatever has a sixth parent is deeper than five
   levels, or goes round. */
{{ config(materialized='table') }}
with

links as (

    select
        customer_id,
        parent_id
    from {{ ref('account_links') }}
    where problem is null

),

chains as (

    select
        links_1.customer_id,
        links_1.parent_id as parent_1,
        links_2.parent_id as parent_2,
        links_3.parent_id as parent_3,
        links_4.parent_id as parent_4,
        links_5.parent_id as parent_5,
        links_6.parent_id as parent_6
    from links as links_1
    {% for level in range(2, 7) %}
    left join links as links_{{ level }} on links_{{ level - 1 }}.parent_id = links_{{ level }}.customer_id
    {% endfor %}

),

judged as (

    select
        *,
        case
            when parent_6 is null then null
            when
                customer_id in (parent_1, parent_2, parent_3, parent_4, parent_5, parent_6)
                or parent_1 in (parent_2, parent_3, parent_4, parent_5, parent_6)
                or parent_2 in (parent_3, parent_4, parent_5, parent_6)
                or parent_3 in (parent_4, parent_5, parent_6)
                or parent_4 in (parent_5, parent_6)
                or parent_5 = parent_6
                then 'parent_loop'
            else 'parent_too_deep'
        end as problem
    from chains

)

select
    links.customer_id,
    links.parent_id,
    links.role,
    links.since_date,
    coalesce(links.problem, judged.problem) as problem,
    case
        when coalesce(links.problem, judged.problem) is null
            then coalesce(judged.parent_5, judged.parent_4, judged.parent_3, judged.parent_2, judged.parent_1)
    end as account_id,
    case
        when coalesce(links.problem, judged.problem) is null
            then
                1
                {% for level in range(2, 6) %}
                + case when judged.parent_{{ level }} is not null then 1 else 0 end
                {% endfor %}
    end as depth,
    /* The records of a loop are told together. */
    case
        when judged.problem = 'parent_loop'
            then least(
                judged.parent_1, judged.parent_2, judged.parent_3, judged.parent_4, judged.parent_5,
                judged.parent_6
            )
        else links.parent_id
    end as told_with
from {{ ref('account_links') }} as links
left join judged on links.customer_id = judged.customer_id
