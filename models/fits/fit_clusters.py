"""One row per scored date, line, cluster and measure: the centroids that decide."""

from customer_tiering.clusters import fitted
from customer_tiering.relearn import calibrated

KEY = ("customer_id", "as_of_date", "business_line", "clusters")


def model(dbt, session):
    """Cluster the sample of each date and business line."""
    dbt.config(materialized="table")
    sample = dbt.ref("fit_cluster_sample")
    restated, calibrations = dbt.ref("int_dates_to_restate"), dbt.ref("fit_calibrations")
    previous = {}

    def learn(points):
        measures = [name for name in points.column_names if name not in KEY]
        return fitted(points, previous, measures)

    return calibrated(dbt, session, learn, [sample], restated, calibrations, previous)
