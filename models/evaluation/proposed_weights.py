"""One row per policy, set of weights and method: the weight, and how it does on later dates."""

from customer_tiering.engines import warehouse_of
from customer_tiering.evaluation.kept import kept_or_measured
from customer_tiering.evaluation.weights import proposed


def model(dbt, session):
    """Work them out anew, or keep what came of the same inputs."""
    dbt.config(materialized="table")
    read = warehouse_of(session).read
    inputs, weights = read(dbt.ref("evaluation_inputs")), dbt.ref("policy_weights")
    customers, outcomes = dbt.ref("evaluation_customers"), dbt.ref("evaluation_outcomes")

    def measure():
        return proposed(read(customers), read(outcomes), read(weights).to_pylist())

    return kept_or_measured(dbt, session, inputs, measure)
