"""The warehouse as Python models see it: the same few things on every engine.

What a Python model reads is bounded (a verdict, a grid, a sample), so it comes as rows. What
grows with the customers stays in the engine.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from duckdb import DuckDBPyConnection

# Excel takes a CSV for UTF-8 only if it begins with this; COPY has no option for it, so it
# stands before the name of the first column.
BYTE_ORDER_MARK = "\ufeff"

# CSV is for spreadsheets: a sheet of Excel has 1,048,576 rows, the first for the names. More rows
# come as Parquet alone.
MOST_ROWS_OF_A_SHEET = 1_048_575


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

    def read(self, table: Any) -> pa.Table:
        """A bounded table, by what `dbt.ref` gives a Python model."""

    def connect(self) -> Any:
        """A new connection as the database API of Python (PEP 249) has it."""

    def result(self, table: pa.Table) -> Any:
        """A bounded table as the engine's dbt adapter takes it from a Python model."""

    def write(self, table: Table, folder: Path, before: Path | None) -> Iterator[Written]:
        """Write a published table into a folder; one item for each file, as soon as it is whole.

        Args:
            table: what to write.
            folder: where.
            before: the set of the last finished run, from which parts may be taken that are
                `unchanged`; None where there is none.

        On Spark a "file" is a folder of Parquet parts, written by the workers side by side.
        """


def warehouse_of(session: Any) -> Warehouse:
    """The warehouse behind the session that dbt gives a Python model.

    Args:
        session: DuckDB's connection (dbt-duckdb), a SparkSession (Databricks, plainspark with
            method session), or dbt's connection to a Thrift server (plainspark).
    """
    # By what they can, since neither the classes of Spark nor those of DuckDB are always there.
    from customer_tiering.spark_warehouse import SparkSessionWarehouse, ThriftWarehouse

    if hasattr(session, "createDataFrame"):
        return SparkSessionWarehouse(session)
    return ThriftWarehouse(session) if hasattr(session, "handle") else DuckDBWarehouse(session)


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


@dataclass(frozen=True)
class DuckDBWarehouse:
    """DuckDB in this process."""

    session: DuckDBPyConnection
    dialect = "duckdb"

    def rows(self, query: str) -> list[dict[str, Any]]:
        """See Warehouse."""
        return self.session.sql(query).to_arrow_table().to_pylist()

    def read(self, table: Any) -> pa.Table:
        """See Warehouse."""
        return table.to_arrow_table()

    def connect(self) -> Any:
        """See Warehouse."""
        from duckdb_engine import ConnectionWrapper

        return ConnectionWrapper(self.session.cursor())

    def result(self, table: pa.Table) -> pa.Table:
        """See Warehouse."""
        return table

    def write(self, table: Table, folder: Path, before: Path | None) -> Iterator[Written]:
        """Write a table as Parquet, then as CSV where a sheet can hold it, both sorted by its key.

        The CSV is read back from the Parquet file, whose order DuckDB keeps. Where there is none,
        nobody reads from top to bottom, and the rows keep the order that they have: sorting would
        be half of the time.
        """
        columns = table.written(table.rows.columns)
        parquet, csv = (folder / f"{table.name}.{kind}" for kind in ("parquet", "csv"))
        names = [_name(column) for column in columns]
        selected = f"select {', '.join(names)} from ({table.rows.sql_query()})"
        ((rows,),) = self.session.sql(f"select count(*) from ({selected})").fetchall()
        fits_a_sheet = rows <= MOST_ROWS_OF_A_SHEET
        if fits_a_sheet and before and not (before / csv.name).exists():
            before = None  # Its parts are not sorted.
        order = f" order by {', '.join(map(_name, table.key))}" if fits_a_sheet else ""
        if table.parts_by:
            parts = sorted(self._write_parts(table, selected, order, parquet, before))
        else:
            self._copy(selected + order, parquet)
            parts = [parquet]
        yield Written(table.name, "parquet", parquet.name, rows, columns)
        if fits_a_sheet:
            first, *others = names
            marked = ", ".join([f"{first} as {_name(BYTE_ORDER_MARK + columns[0])}", *others])
            files = ", ".join(_text(file) for file in parts)
            self.session.execute(
                f"copy (select {marked} from read_parquet([{files}])) to {_text(csv)} "
                "(format csv, header true)"
            )
            yield Written(table.name, "csv", csv.name, rows, columns)

    def _write_parts(
        self, table: Table, source: str, order: str, parquet: Path, before: Path | None
    ) -> Iterator[Path]:
        """Write a file for each value of `parts_by`, or take it over from the set before."""
        parquet.mkdir()
        column = _name(table.parts_by)
        values = self.session.sql(f"select distinct {column} from ({source})").fetchall()
        kept = set(self.session.sql(table.unchanged).fetchall()) if before else set()
        for (value,) in values:
            part = parquet / f"{str(value).replace(' ', 'T').replace(':', '')}.parquet"
            old = before / parquet.name / part.name if before else None
            if (value,) in kept and old.exists():
                # One file under two names: sets are never changed, only removed.
                part.hardlink_to(old)
            else:
                self._copy(f"select * from ({source}) where {column} = '{value}'{order}", part)
            yield part
        if not values:
            part = parquet / "empty.parquet"
            self._copy(source, part)
            yield part

    def _copy(self, query: str, file: Path) -> None:
        self.session.execute(
            f"copy ({query}) to {_text(file)} "
            "(format parquet, compression zstd, compression_level 1)"
        )


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
