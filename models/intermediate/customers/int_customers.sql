/* One row per customer: whoever is in the CRM's list or has an order. Members of an account are none: it is
   their customer. Of several records of one customer each attribute is the one that was written last.
   Attributes have no date of their own and are taken as known today. */
{{ config(materialized='restated', meta={'customers_restated_by': 'int_touched_customers'}) }}
with

records as (

    select
        records.*,
        row_number() over (
            partition by records.customer_id
            order by records.updated_at desc nulls last, records.record_id asc
        ) as place_back
    from {{ of_touched_customers(ref('int_customer_records')) }} as records
    left join {{ ref('int_account_members') }} as members on records.customer_id = members.customer_id
    where records.outcome = 'accepted' and members.customer_id is null

),

listed as (

    select
        customer_id,
        {% for attribute in [
            'customer_type', 'industry', 'company_size', 'region', 'city', 'gender', 'birth_date', 'acquisition_channel',
            'acquisition_cost', 'business_line', 'owner',
        ] %}
        min_by({{ attribute }}, place_back) filter (where {{ attribute }} is not null) as {{ attribute }},
        {% endfor %}
        min(cast(created_at as date)) as listed_since
    from records
    group by customer_id

),

/* They have no dates: where one changes, all dates of the customer are worked out anew. */
attributes as (

    select
        customer_id,
        {{ row_hash('attributes') }} as attributes_hash
    from (
        select
            customer_id,
            customer_type,
            industry,
            company_size,
            region,
            city,
            gender,
            birth_date,
            acquisition_channel,
            acquisition_cost
        from listed
    ) as attributes

),

ordering as (

    select
        customer_id,
        min(order_date) as first_order_date,
        min(business_line) as lowest_business_line,
        max(business_line) as highest_business_line,
        count(*) > count(business_line) as has_orders_without_line
    from {{ of_touched_customers(ref('int_orders')) }}
    where outcome = 'accepted'
    group by customer_id

),

/* A cancelled order is no purchase, and yet the first day on which somebody is seen. */
seen as (

    select
        customer_id,
        min(order_date) as first_seen_date
    from {{ of_touched_customers(ref('int_orders')) }}
    where outcome in ('accepted', 'excluded')
    group by customer_id

)

select
    coalesce(listed.customer_id, ordering.customer_id) as customer_id,
    listed.customer_type,
    listed.industry,
    listed.company_size,
    listed.region,
    listed.city,
    case
        when lower(listed.gender) in ('f', 'female', 'woman', '女', '女性', '女士') then 'female'
        when lower(listed.gender) in ('m', 'male', 'man', '男', '男性', '先生') then 'male'
    end as gender,
    listed.birth_date,
    listed.acquisition_channel,
    listed.acquisition_cost,
    listed.owner,
    listed.business_line as own_business_line,
    attributes.attributes_hash,
    /* Customers who are listed without a date are known from their first order on; those of whom there is
       none have always been there. */
    coalesce(
        least(coalesce(listed.listed_since, seen.first_seen_date), ordering.first_order_date),
        date '1900-01-01'
    ) as known_since,
    ordering.first_order_date,
    /* Most customers buy in one line only, with every order: the dear question "which line brings
       most, on this date?" is put for the others alone. */
    case
        when
            ordering.lowest_business_line = ordering.highest_business_line
            and not ordering.has_orders_without_line
            then ordering.lowest_business_line
    end as only_business_line,
    coalesce(
        ordering.lowest_business_line < ordering.highest_business_line
        or (ordering.lowest_business_line is not null and ordering.has_orders_without_line),
        false
    ) as needs_leading_line
from listed
left join attributes on listed.customer_id = attributes.customer_id
full outer join ordering on listed.customer_id = ordering.customer_id
left join seen on coalesce(listed.customer_id, ordering.customer_id) = seen.customer_id
