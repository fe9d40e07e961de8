"""dbt adapter `plainspark`: dbt-spark for an Apache Spark that is not Databricks.

It adds to dbt-spark what dbt-duckdb has on one machine: raw files are registered as sources when
dbt connects, and Python models run in dbt's own process. Everything else is dbt-spark's.
On Databricks, use dbt-databricks: its clusters run Python models themselves.
"""

from dbt.adapters.base import AdapterPlugin

from dbt.adapters.plainspark.connections import PlainSparkCredentials
from dbt.adapters.plainspark.impl import PlainSparkAdapter
from dbt.include import plainspark

Plugin = AdapterPlugin(
    adapter=PlainSparkAdapter,
    credentials=PlainSparkCredentials,
    include_path=plainspark.PACKAGE_PATH,
    dependencies=["spark"],
)
