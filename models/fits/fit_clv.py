"""One row per scored date and business line with buyers: the parameters of the CLV models."""

from customer_tiering.clv_tables import fitted
from customer_tiering.warehouse import warehouse_of


def model(dbt, session):
    """Fit BG/NBD and Gamma-Gamma to the bounded summaries of each date and line."""
    dbt.config(materialized="table")
    warehouse = warehouse_of(session)
    lines = warehouse.read(dbt.ref("fit_clv_lines"))
    histories = warehouse.read(dbt.ref("fit_clv_histories"))
    spends = warehouse.read(dbt.ref("fit_clv_spends"))
    return warehouse.result(fitted(lines, histories, spends))
