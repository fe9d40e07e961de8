"""One row per scored date, target and measure: coefficients of what customers do next."""

from customer_tiering.propensity import fitted
from customer_tiering.relearn import calibrated

KNOWN = ("as_of_date", "target", "learned_at", "customer_id", "business_line", "has_come")
KNOWN += ("revenue_after",)


def model(dbt, session):
    """Learn from the sample of each date."""
    dbt.config(materialized="table")
    sample = dbt.ref("fit_propensity_sample")
    restated, calibrations = dbt.ref("int_dates_to_restate"), dbt.ref("fit_calibrations")

    def learn(customers):
        return fitted(customers, [name for name in customers.column_names if name not in KNOWN])

    return calibrated(dbt, session, learn, [sample], restated, calibrations)
