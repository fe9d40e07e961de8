"""One row per cluster at the current date: the plain rules that tell it from the others."""

from customer_tiering.clusters import described
from customer_tiering.engines import warehouse_of


def model(dbt, session):
    """Learn a small decision tree from the sample, and read off it what leads to each cluster."""
    dbt.config(materialized="table")
    warehouse = warehouse_of(session)
    return warehouse.result(described(warehouse.read(dbt.ref("cluster_members"))))
