"""dbt adapter `plainspark`: dbt-spark for an Apache Spark that is not Databricks.

It adds to dbt-spark what dbt-duckdb has on one machine: raw files are registered as sources when
dbt connects, and Python models run in dbt's own process. Everything else is dbt-spark's.
On Databricks, use dbt-databricks: its clusters run Python models themselves.
"""

from importlib.util import find_spec

from dbt.adapters.base import AdapterPlugin
from dbt_common.exceptions import DbtRuntimeError

if not find_spec("dbt.adapters.spark"):
    # dbt would print the traceback of the import.
    raise DbtRuntimeError(
        "The target spark needs dbt-spark and pyspark, in an environment of their own: run "
        "`make .venv-spark/ready`, then `.venv-spark/bin/dbt ... --target spark`; elsewhere "
        "install this project with its extra `spark`."
    )

from dbt.adapters.plainspark.connections import PlainSparkCredentials
from dbt.adapters.plainspark.impl import PlainSparkAdapter
from dbt.include import plainspark

Plugin = AdapterPlugin(
    adapter=PlainSparkAdapter,
    credentials=PlainSparkCredentials,
    include_path=plainspark.PACKAGE_PATH,
    dependencies=["spark"],
)
