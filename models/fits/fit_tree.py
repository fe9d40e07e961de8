"""One row per scored date, business line and leaf of a tree that splits what buyers bring next."""

from customer_tiering.engines import warehouse_of
from customer_tiering.trees import fitted


def model(dbt, session):
    """Learn from the sample of each date."""
    dbt.config(materialized="table")
    warehouse = warehouse_of(session)
    return warehouse.result(fitted(warehouse.read(dbt.ref("fit_propensity_sample"))))
