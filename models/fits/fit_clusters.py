"""One row per scored date, line, cluster and measure: the centroids that decide."""

from customer_tiering.clusters import fitted
from customer_tiering.engines import warehouse_of
from customer_tiering.relearn import relearned

KEY = ("customer_id", "as_of_date", "business_line", "clusters")


def model(dbt, session):
    """Cluster the sample of each date and business line."""
    dbt.config(materialized="table")
    warehouse = warehouse_of(session)
    sample = dbt.ref("fit_cluster_sample")
    restated, scored = dbt.ref("int_dates_to_restate"), dbt.ref("int_scoring_dates")
    previous = {
        row["as_of_date"]: row["previous_date"] for row in warehouse.read(scored).to_pylist()
    }

    def learn(points):
        measures = [name for name in points.column_names if name not in KEY]
        return fitted(points, previous, measures)

    return relearned(dbt, session, learn, [sample], restated, scored, looks_back=True)
