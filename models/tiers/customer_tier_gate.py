"""One row per expectation: the verdict on the candidate, by the suites in expectations/.

Its hooks (in dbt_project.yml) keep the verdict, tell it, and stop the build on a blocked one.
"""

from customer_tiering.engines import warehouse_of
from customer_tiering.gate import judge_candidate


def model(dbt, session):
    """Judge the candidate and what was made of it; all of that is in the schema of this model."""
    dbt.config(schema="audit", materialized="table")
    dbt.ref("customer_tier_candidate")
    dbt.ref("customer_tier_factors_candidate")
    dbt.ref("customer_tier_profile")
    dbt.ref("source_profile")
    dbt.ref("gate_context")
    warehouse = warehouse_of(session)
    return warehouse.result(judge_candidate(warehouse, dbt.this.schema))
