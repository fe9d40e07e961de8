{#- A bounded sample of customers by the hash of their key: the same ones whatever the order of rows, and
    whoever comes later. -#}

{% macro hash_bound(most) -%}
    {#- Aggregate: below which hash a key is in a sample of some `most` of the rows of a group; all hashes are
        below g. -#}
    case
        when count(*) <= {{ most }} then 'g'
        else lpad(lower(hex(cast(floor({{ most }}.0 / count(*) * 65536) as bigint))), 4, '0')
    end
{%- endmacro %}


{% macro candidates_below(bounds) -%}
    {#- Customers who are in any sample, hashed once each and not once for every date.
        Args:
            bounds: relation or CTE with a column `below`. -#}
    select
        hashed.customer_id,
        hashed.key_hash
    from (
        select
            customer_id,
            substring(md5(customer_id), 1, 4) as key_hash
        from {{ ref('int_customers') }}
    ) as hashed
    where hashed.key_hash < (select max({{ bounds }}.below) from {{ bounds }})
{%- endmacro %}
