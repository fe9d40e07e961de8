"""The warehouse as Python models see it: the same few things on every engine.

What a Python model reads is bounded (a verdict, a grid, a sample), so it comes as rows. What
grows with the customers stays in the engine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from customer_tiering.export_sets import ExportSet


@dataclass(frozen=True)
class Table:
    """One published table.

    Attributes:
        name: of the table, and of its files.
        rows: what `dbt.ref` gives a Python model: a relation of DuckDB, a DataFrame of Spark,
            or the name of the table.
        key: the columns that tell its rows apart.
        parts_by: a column, where the table grows with time: a file for each of its values.
        unchanged: a query of the values whose rows are still those of the last finished run.
        left_out: the columns that are not written.
    """

    name: str
    rows: Any
    key: tuple[str, ...]
    parts_by: str | None = None
    unchanged: str | None = None
    left_out: tuple[str, ...] = ()

    def written(self, columns: Sequence[str]) -> list[str]:
        """Of its columns those that are written, in their order."""
        return [column for column in columns if column not in self.left_out]


@dataclass(frozen=True)
class Written:
    """One file of a published table.

    Attributes:
        table: the published table.
        format: parquet or csv.
        file: the name in the set.
        rows: how many, without the header.
        columns: their names, in the file's order.
    """

    table: str
    format: str
    file: str
    rows: int
    columns: list[str]


class Warehouse(Protocol):
    """What Python models may ask of an engine.

    Attributes:
        dialect: its name in SQLAlchemy.
    """

    dialect: str

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query whose result is bounded, with Python's own types."""

    def run(self, statement: str) -> None:
        """Run a statement of which nobody asks for rows."""

    def read(self, table: Any) -> pa.Table:
        """A bounded table, by what `dbt.ref` gives a Python model."""

    def connect(self) -> Any:
        """A new connection as the database API of Python (PEP 249) has it."""

    def result(self, table: pa.Table) -> Any:
        """A bounded table as the engine's dbt adapter takes it from a Python model."""

    def places(self) -> dict[str, Path]:
        """Where the engine itself writes on this machine, each with its name for people."""

    def write(self, table: Table, folder: Path, before: ExportSet | None) -> Iterator[Written]:
        """Write a published table into a folder; one item for each file, as soon as it is whole.

        Args:
            table: what to write.
            folder: where.
            before: the set of the last finished run, from which parts may be taken that are
                `unchanged`; None where there is none.

        On Spark a "file" is a folder of Parquet parts, written by the workers side by side.
        """


def file_of(warehouse: Warehouse) -> str | None:
    """Which file a warehouse of DuckDB is, wherever it was moved; a copy is another. Else None."""
    if warehouse.dialect != "duckdb":
        return None
    [database] = warehouse.rows(
        "select path from duckdb_databases() where database_name = current_database()"
    )
    if not database["path"]:
        return None
    found = Path(database["path"]).stat()
    return f"{found.st_dev}:{found.st_ino}"
