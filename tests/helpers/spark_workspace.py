"""Builds on Spark for the tests, beside the same builds on DuckDB. Run by `make test-spark`."""

from dataclasses import dataclass, field

import duckdb
from conftest import Workspace


@dataclass
class SparkWorkspace(Workspace):
    """A workspace on Spark: tables are folders of Parquet, beside a catalog of their own.

    Attributes:
        spark: further environment variables, such as those of a cluster.
    """

    spark: dict[str, str] = field(default_factory=dict)
    # Java is not for forks.
    forked: bool = False

    def command(self, *words: str, variables: dict | None = None) -> list[str]:
        return [*super().command(*words, variables=variables), "--target", "spark"]

    def full_environment(self) -> dict[str, str]:
        ours = {
            "SPARK_WAREHOUSE": str(self.folder / "warehouse"),
            "CRM_LANDING": str(self.folder / "landing"),
        }
        return super().full_environment() | ours | self.spark

    def table(self, name: str) -> str:
        """DuckDB's way to read `schema.table`."""
        schema, table = name.split(".")
        files = self.folder / "warehouse" / f"{schema}.db" / table / "**" / "*.parquet"
        return f"read_parquet('{files}', hive_partitioning = true)"

    def spark_rows(self, sql: str) -> list[tuple]:
        """Rows of a query in which {schema.table} stands for a table of the warehouse."""
        names = {part.split("}")[0] for part in sql.split("{")[1:]}
        for name in names:
            sql = sql.replace(f"{{{name}}}", self.table(name))
        return duckdb.sql(sql).fetchall()
