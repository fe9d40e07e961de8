"""One row per scored date, target and measure: coefficients of what customers do next."""

from customer_tiering.propensity import fitted
from customer_tiering.relearn import relearned

KNOWN = ("as_of_date", "target", "learned_at", "customer_id", "has_come")


def model(dbt, session):
    """Learn from the sample of each date."""
    dbt.config(materialized="table")
    sample = dbt.ref("fit_propensity_sample")
    restated, scored = dbt.ref("int_dates_to_restate"), dbt.ref("int_scoring_dates")

    def learn(points):
        return fitted(points, [name for name in points.column_names if name not in KNOWN])

    return relearned(dbt, session, learn, [sample], restated, scored)
