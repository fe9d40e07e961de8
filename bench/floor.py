"""The floor: one DuckDB aggregation of the orders file, as cheap as reading it once can be."""

import sys

import duckdb

duckdb.sql(
    f"""
    create table customers as
    select
        customer_id,
        min(ordered_at) as first_ordered_at,
        max(ordered_at) as last_ordered_at,
        count(*) as order_count,
        sum(amount) as revenue
    from read_parquet('{sys.argv[1]}/orders.parquet')
    group by customer_id
    """
)
print(duckdb.sql("select count(*) from customers").fetchone()[0], "customers")
