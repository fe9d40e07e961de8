"""One row per scored date, business line and leaf of a tree that splits what buyers bring next."""

from customer_tiering.relearn import calibrated
from customer_tiering.trees import fitted


def model(dbt, session):
    """Learn from the sample of each date."""
    dbt.config(materialized="table")
    sample = dbt.ref("fit_propensity_sample")
    restated, calibrations = dbt.ref("int_dates_to_restate"), dbt.ref("fit_calibrations")
    return calibrated(dbt, session, fitted, [sample], restated, calibrations)
