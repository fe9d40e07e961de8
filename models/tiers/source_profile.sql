/* One row per source of which there are records: how many of them count, why others do not, and how that
   compares with the last build that passed. What the gate judges of the reading. By ids and not by counts:
   where each id is another one, nothing of the last build is left, however many records there are. */
{{ config(schema='audit') }}
with

counts as (

    select * from {{ ref('int_row_counts') }}
    where rows_in > 0

),

reasons as (

    select
        source,
        {{ listed('sentence_en') }} as reasons
    from {{ ref('int_reject_reasons') }}
    group by source

),

orders as (

    select
        amount,
        {{ id_hash('order_id') }} as id_hash
    from {{ ref('int_orders') }}
    where outcome = 'accepted'

),

revenue as (

    select
        'orders' as source,
        cast(sum(amount) as decimal(38, 4)) as revenue
    from orders

),

ids_now as (

    select distinct id_hash from orders

),

ids as (

    select
        last_ids.source,
        count(*) as ids_compared,
        count(case when ids_now.id_hash is null then 1 end) as ids_gone
    from {{ last_passed('passed_ids', {'source': 'string', 'id_hash': 'string'}) }} as last_ids
    left join ids_now on last_ids.id_hash = ids_now.id_hash
    group by last_ids.source

),

compared as (

    select
        counts.*,
        /* A wrong number of these is money that goes to the wrong people. */
        counts.source in ('orders', 'customers', 'refunds') as is_at_stake,
        revenue.revenue,
        reasons.reasons,
        case when not context.is_of_the_past then last_sources.rows_accepted end as previous_rows_accepted,
        case when not context.is_of_the_past then last_sources.revenue end as previous_revenue,
        case when not context.is_of_the_past then ids.ids_compared end as ids_compared,
        case when not context.is_of_the_past then ids.ids_gone end as ids_gone,
        {% for bound in gate_bound_names()
            if bound.endswith(('reject_share', 'repeat_share', 'source_drop')) %}
        context.{{ bound }},
        {% endfor %}
        context.candidate_fingerprint
    from counts
    cross join {{ ref('gate_context') }} as context
    left join reasons on counts.source = reasons.source
    left join revenue on counts.source = revenue.source
    left join ids on counts.source = ids.source
    left join {{ last_passed('passed_sources', {
        'source': 'string', 'rows_accepted': 'bigint', 'revenue': 'decimal(38, 4)'
    }) }} as last_sources on counts.source = last_sources.source

)

select
    *,
    rows_rejected / cast(rows_in as double) as reject_share,
    /* Customers and products are there whatever their rows say, and a file of orders that feeds them, too,
       names each many times: no share of these is a fault. */
    case
        when source not in ('customers', 'products')
            then (rows_deduplicated + rows_superseded) / cast(rows_in as double)
    end as repeat_share,
    /* The share of what counted that is gone: of records, of money, of ids; a handful makes no share. */
    case
        when previous_rows_accepted - rows_accepted >= 10
            then (previous_rows_accepted - rows_accepted) / cast(previous_rows_accepted as double)
    end as row_drop,
    case
        when previous_revenue > 0
            then cast(previous_revenue - coalesce(revenue, 0) as double) / cast(previous_revenue as double)
    end as revenue_drop,
    case when ids_gone >= 10 then ids_gone / cast(ids_compared as double) end as id_drop
from compared
