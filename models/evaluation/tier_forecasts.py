"""One row per business line, date and tier: how many were expected in it, and how many came."""

from customer_tiering.engines import warehouse_of
from customer_tiering.evaluation.forecast import forecasts


def model(dbt, session):
    """Forecast every closed date from the one before, and the next one."""
    dbt.config(materialized="table")
    warehouse = warehouse_of(session)
    return warehouse.result(forecasts(warehouse.read(dbt.ref("forecast_flows"))))
