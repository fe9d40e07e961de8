"""The reading of a folder by the SQL of the project, in a DuckDB of this process.

dbt compiles the models once; each folder is then a matter of tenths of a second.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb
from conftest import Workspace

from customer_tiering.reading.ingest import register_sources

SELECTED = ("+int_customer_days", "+int_row_counts", "+int_rejected_records", "+int_reading_notes")
NO_TESTS = ("resource_type:test", "resource_type:unit_test")
# What only says what a run need not read: here all is read.
LEFT_OUT = ("run_scope", "stg_changed_keys", "int_touched_customers", "identities_forgotten")
RUN_DATE = "2026-11-28"
# In the place of the reporting currency, which a folder may say.
ANY_CURRENCY = "QQQ"


class CompiledReading:
    """The models up to the revenue of each customer and day, as dbt compiles them.

    Args:
        workspace: where dbt has compiled them; see `compile_reading`.
    """

    def __init__(self, workspace: Workspace):
        self._warehouse = workspace.warehouse
        manifest = json.loads((workspace.folder / "target" / "manifest.json").read_text("utf-8"))
        nodes = {
            name: node
            for name, node in manifest["nodes"].items()
            if node["resource_type"] == "model" and node.get("compiled")
        }
        self._statements: dict[str, str] = {}
        self._parents: dict[str, list[str]] = {}
        done: set[str] = set()

        def add(name: str) -> None:
            node = nodes.get(name)
            if name in done or not node:
                return
            done.add(name)
            for parent in node["depends_on"]["nodes"]:
                add(parent)
            self._parents[node["name"]] = [
                nodes[parent]["name"] for parent in node["depends_on"]["nodes"] if parent in nodes
            ]
            if node["name"] in LEFT_OUT or node["name"].startswith("config_"):
                return
            kind = "view" if node["config"]["materialized"] == "view" else "table"
            self._statements[node["name"]] = (
                f"create {kind} {node['relation_name']} as {node['compiled_code']}"
            )

        for name in nodes:
            add(name)

    def read(
        self, folder: Path, days: Sequence[Path] = (), last: str = "", threads: int = 1
    ) -> duckdb.DuckDBPyConnection:
        """A warehouse in memory that holds what the project reads out of a folder.

        Args:
            folder: the export.
            days: folders that were read before, as it was on earlier days.
            last: the model that is wanted, with all before it; all models if not given.
            threads: of the engine.

        Raises:
            InputError: if the folder cannot be read, as in a build.
        """
        connection = duckdb.connect()
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"set threads = {threads}")
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute(f"attach '{self._warehouse}' as seeded (read_only)")
        for schema in ("seeds", "staging", "intermediate", "audit"):
            connection.execute(f"create schema {schema}")
        seeds = connection.execute(
            "select table_name from duckdb_tables()"
            " where database_name = 'seeded' and schema_name = 'seeds'"
        ).fetchall()
        for (seed,) in seeds:
            connection.execute(f"create table seeds.{seed} as from seeded.seeds.{seed}")
        for day in (*days, folder):
            register_sources(connection, day)
        found = connection.execute(
            "select value from raw.settings where setting = 'reporting_currency'"
        ).fetchone()
        wanted = self._before(last) if last else {*self._statements}
        for name, statement in self._statements.items():
            if name not in wanted:
                continue
            # As a build would have compiled it.
            connection.execute(statement.replace(ANY_CURRENCY, found[0] if found else "CNY"))
        return connection

    def _before(self, name: str) -> set[str]:
        return {name}.union(*(self._before(parent) for parent in self._parents.get(name, ())))


def compile_reading(workspace: Workspace) -> None:
    """Have dbt load the seeds and compile the models.

    Compiled and not built, they look at no warehouse and read everything.
    """
    variables = {"run_date": RUN_DATE, "reporting_currency": ANY_CURRENCY}
    workspace.dbt("seed", variables=variables)
    workspace.dbt("compile", "-s", *SELECTED, "--exclude", *NO_TESTS, variables=variables)
