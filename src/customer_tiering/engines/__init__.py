"""What Python models and tools ask of a warehouse, on every engine."""

from typing import Any

from customer_tiering.engines.base import Warehouse
from customer_tiering.engines.on_duckdb import DuckDBWarehouse
from customer_tiering.engines.on_spark import SparkSessionWarehouse, ThriftWarehouse

__all__ = ["warehouse_of"]


def warehouse_of(session: Any) -> Warehouse:
    """The warehouse behind the session that dbt gives a Python model.

    Args:
        session: DuckDB's connection (dbt-duckdb), a SparkSession (Databricks, plainspark with
            method session), or dbt's connection to a Thrift server (plainspark).
    """
    # By what they can, since neither the classes of Spark nor those of DuckDB are always there.
    if hasattr(session, "createDataFrame"):
        return SparkSessionWarehouse(session)
    return ThriftWarehouse(session) if hasattr(session, "handle") else DuckDBWarehouse(session)
