"""One row per scored date, target and measure: coefficients of what customers do next."""

from customer_tiering.engines import warehouse_of
from customer_tiering.propensity import fitted


def model(dbt, session):
    """Learn from the sample of each date."""
    dbt.config(materialized="table")
    warehouse = warehouse_of(session)
    sample = warehouse.read(dbt.ref("fit_propensity_sample"))
    known = ("as_of_date", "target", "learned_at", "customer_id", "business_line", "has_come")
    known += ("revenue_after",)
    measures = [name for name in sample.column_names if name not in known]
    return warehouse.result(fitted(sample, measures))
