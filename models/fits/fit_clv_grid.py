"""One row per scored date, business line and history of purchases: what is to be expected."""

from customer_tiering.clv_tables import grid
from customer_tiering.warehouse import warehouse_of


def model(dbt, session):
    """Work out what has no closed form in SQL, once for all customers with the same history."""
    dbt.config(materialized="table")
    warehouse = warehouse_of(session)
    lines = warehouse.read(dbt.ref("fit_clv_lines"))
    fits = warehouse.read(dbt.ref("fit_clv"))
    histories = warehouse.read(dbt.ref("fit_clv_histories"))
    return warehouse.result(grid(lines, fits, histories))
