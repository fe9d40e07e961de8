"""One row per segmentation and group: how well it holds together, and how long it lasts."""

from customer_tiering.engines import warehouse_of
from customer_tiering.evaluation.quality import qualities


def model(dbt, session):
    """Judge every segmentation, and k-means of other numbers of clusters, at the current date."""
    dbt.config(materialized="table")
    warehouse = warehouse_of(session)
    return warehouse.result(qualities(warehouse.read(dbt.ref("quality_sample"))))
