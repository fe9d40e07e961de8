"""One row per scored date, cluster and measure: the centroids that customers are assigned by."""

from customer_tiering.clusters import fitted
from customer_tiering.warehouse import warehouse_of


def model(dbt, session):
    """Cluster the sample of each date; k comes from the settings of the default policy."""
    dbt.config(materialized="table")
    warehouse = warehouse_of(session)
    sample = warehouse.read(dbt.ref("fit_cluster_sample"))
    dates = warehouse.read(dbt.ref("int_scoring_dates")).to_pylist()
    settings = warehouse.read(dbt.ref("method_settings")).to_pylist()
    (clusters,) = (
        int(row["value"])
        for row in settings
        if (row["policy"], row["method"], row["setting"]) == ("default", "cluster", "clusters")
    )
    measures = [name for name in sample.column_names if name not in ("customer_id", "as_of_date")]
    previous = {row["as_of_date"]: row["previous_date"] for row in dates}
    return warehouse.result(fitted(sample, previous, clusters, measures))
