"""One row per topic, business line, horizon, date, method and what was measured of it."""

from customer_tiering.engines import warehouse_of
from customer_tiering.evaluation.backtest import evaluated
from customer_tiering.evaluation.kept import kept_or_measured


def model(dbt, session):
    """Measure anew, or keep what was measured of the same inputs."""
    dbt.config(materialized="table")
    read = warehouse_of(session).read
    inputs, scored = read(dbt.ref("evaluation_inputs")), read(dbt.ref("int_scoring_dates"))
    customers, outcomes = dbt.ref("evaluation_customers"), dbt.ref("evaluation_outcomes")

    def measure():
        dates = sorted(row["as_of_date"] for row in scored.to_pylist() if row["is_published"])
        return evaluated(read(customers), read(outcomes), dates)

    return kept_or_measured(dbt, session, inputs, measure)
