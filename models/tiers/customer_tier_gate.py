def model(dbt, session):
    """One row per expectation: the verdict on the candidate."""
    dbt.config(schema="audit", materialized="table")
    return dbt.ref("gate_context")
