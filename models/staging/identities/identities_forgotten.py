"""One row: how many other ids of people who asked to be forgotten this run has found.

Everything after it reads raw data in which they are not: see run_scope.
"""

import pyarrow as pa

from customer_tiering.engines import warehouse_of
from customer_tiering.reading.connected import forget_connected


def model(dbt, session):
    """Note these ids, and take their records out of the raw data and the models on identities."""
    dbt.config(materialized="table")
    dbt.ref("identities_to_forget")
    warehouse = warehouse_of(session)
    ids = forget_connected(warehouse, dbt.this.schema)
    return warehouse.result(pa.table({"connected_ids": pa.array([ids], pa.int64())}))
