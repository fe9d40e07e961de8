"""The adapter: dbt-spark, with Python models that run in dbt's own process."""

from collections.abc import Callable
from typing import Any

from dbt.adapters.base.meta import available
from dbt.adapters.contracts.connection import AdapterResponse
from dbt.adapters.spark.connections import SparkConnectionMethod
from dbt.adapters.spark.impl import SparkAdapter

from customer_tiering.engines.on_spark import spark_literals
from dbt.adapters.plainspark.connections import PlainSparkConnectionManager


class PlainSparkAdapter(SparkAdapter):
    """dbt-spark without Databricks.

    A Python model gets as its session the SparkSession of the process (method session), or the
    connection to the Thrift server; `customer_tiering.engines` makes both look alike. It
    learns from bounded tables and returns a bounded one, so dbt's own process is the place.
    """

    ConnectionManager = PlainSparkConnectionManager

    @available.parse_none
    def submit_python_job(self, parsed_model: dict, compiled_code: str) -> AdapterResponse:
        """Run the function `model` of a compiled Python model and keep what it returns.

        Args:
            parsed_model: the node.
            compiled_code: the model's file, and what dbt adds: `dbtObj` and, by the macro
                plainspark__create_table_as, the name of the table.
        """
        handle = self.connections.get_thread_connection().handle
        names: dict[str, Any] = {"__name__": parsed_model["name"]}
        exec(compile(compiled_code, parsed_model["original_file_path"], "exec"), names)
        session, table_by_name = self._session(handle)
        result = names["model"](names["dbtObj"](table_by_name), session)
        if hasattr(result, "write"):
            result.write.mode("overwrite").saveAsTable(names["target_relation"])
        else:
            self.execute(f"create table {names['target_relation']} as {spark_literals(result)}")
        return AdapterResponse(_message="OK")

    def _session(self, handle: Any) -> tuple[Any, Callable[[str], Any]]:
        if self.config.credentials.method == SparkConnectionMethod.SESSION:
            from pyspark.sql import SparkSession

            session = SparkSession.active()
            return session, session.table
        return handle, str
