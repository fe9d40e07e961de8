"""The reading of a folder by the SQL of the project, in a DuckDB of this process.

dbt compiles the models once; each folder is then a matter of tenths of a second.
"""

import json
from pathlib import Path

import duckdb
from conftest import WITHOUT_TESTS, Workspace

from customer_tiering.ingest import register_sources

SELECTED = ("+int_customer_days", "+int_row_counts", "+int_rejected_records", "+int_reading_notes")
NO_TESTS = ("resource_type:test", "resource_type:unit_test")
# What only says what a run need not read: here all is read.
LEFT_OUT = ("run_scope", "stg_changed_keys", "int_touched_customers")


class CompiledReading:
    """The models up to the revenue of each customer and day, as dbt compiles them.

    Args:
        workspace: where dbt builds them once, so that its own result can be compared.
        variables: those of dbt.
    """

    def __init__(self, workspace: Workspace, variables: dict):
        workspace.dbt("build", "-s", *SELECTED, *WITHOUT_TESTS, variables=variables)
        self._warehouse = workspace.folder / "built.duckdb"
        workspace.warehouse.rename(self._warehouse)
        # Compiled and not built, the models look at no warehouse and read everything.
        workspace.dbt("compile", "-s", *SELECTED, "--exclude", *NO_TESTS, variables=variables)
        manifest = json.loads((workspace.folder / "target" / "manifest.json").read_text("utf-8"))
        nodes = {
            name: node
            for name, node in manifest["nodes"].items()
            if node["resource_type"] == "model" and node.get("compiled")
        }
        self._statements: list[str] = []
        done: set[str] = set()

        def add(name: str) -> None:
            node = nodes.get(name)
            if name in done or not node:
                return
            done.add(name)
            for parent in node["depends_on"]["nodes"]:
                add(parent)
            if node["name"] in LEFT_OUT or node["name"].startswith("config_"):
                return
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            self._statements.append(
                f"create {kind} {node['relation_name']} as {node['compiled_code']}"
            )

        for name in nodes:
            add(name)

    @property
    def built(self) -> Path:
        """The warehouse that dbt itself built."""
        return self._warehouse

    def read(self, folder: Path) -> duckdb.DuckDBPyConnection:
        """A warehouse in memory that holds what the project reads out of a folder.

        Raises:
            InputError: if the folder cannot be read, as in a build.
        """
        connection = duckdb.connect()
        connection.execute("set TimeZone = 'UTC'; set threads = 1")
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute(f"attach '{self._warehouse}' as built (read_only)")
        for schema in ("seeds", "staging", "intermediate", "audit"):
            connection.execute(f"create schema {schema}")
        seeds = connection.execute(
            "select table_name from duckdb_tables()"
            " where database_name = 'built' and schema_name = 'seeds'"
        ).fetchall()
        for (seed,) in seeds:
            connection.execute(f"create table seeds.{seed} as from built.seeds.{seed}")
        register_sources(connection, folder)
        for statement in self._statements:
            connection.execute(statement)
        return connection
