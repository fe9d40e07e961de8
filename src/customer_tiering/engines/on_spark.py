"""The warehouse on Spark: through a session of this process, or through a Thrift server."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from customer_tiering.engines.base import Table, Written
from customer_tiering.export_sets import ExportSet
from customer_tiering.told import ToldError

MOST_ROWS = 10_000
"""Rows that a check may bring here: GX asks for every value that is not as expected, and if a
check fails for everybody, these are as many as there are customers. It counts them in Spark."""


class NotSeenError(ToldError):
    """What the workers wrote is not there for dbt's machine."""


class _Spark:
    """What is the same on Spark, however it is reached: a subclass runs a statement."""

    dialect = "hive"

    def places(self) -> dict[str, Path]:
        """See Warehouse: it is the workers that write."""
        return {}

    def write(self, table: Table, folder: Path, before: ExportSet | None) -> Iterator[Written]:
        """Write a table as a folder of Parquet parts, where dbt's machine and the workers see it.

        Not sorted, and not as CSV: both are for tables that one person opens.
        """
        path = folder / f"{table.name}.parquet"
        name = self._name(table)
        # With its scheme: without it, a cluster would look for the folder on its own file system.
        where = literal(f"file://{path}")
        columns = [row["col_name"] for row in self.rows(f"describe {name}")]
        if "# Partition Information" in columns:
            columns = columns[: columns.index("# Partition Information")]
        columns = table.written(columns)
        selected = f"select {', '.join(columns)} from {name}"
        self.run(f"insert overwrite directory {where} using parquet {selected}")
        [counted] = self.rows(f"select count(*) as row_count from {name}")
        rows = sum(pq.read_metadata(part).num_rows for part in path.glob("*.parquet"))
        if rows != counted["row_count"]:
            raise NotSeenError(
                f"{table.name} has {counted['row_count']} rows, and {path} holds {rows} of them as "
                "this machine sees it. EXPORT_PATH must be a folder that dbt's machine and all "
                "workers share"
            )
        yield Written(table.name, "parquet", path.name, rows, columns)


@dataclass(frozen=True)
class SparkSessionWarehouse(_Spark):
    """Spark through a session of this process."""

    session: Any

    def rows(self, query: str) -> list[dict[str, Any]]:
        """See Warehouse."""
        return [row.asDict() for row in self.session.sql(query).collect()]

    def read(self, table: Any) -> pa.Table:
        """See Warehouse."""
        return pa.Table.from_pandas(table.toPandas(), preserve_index=False)

    def connect(self) -> Any:
        """See Warehouse."""
        return _SessionConnection(self.session)

    def result(self, table: pa.Table) -> Any:
        """See Warehouse."""
        return self.session.createDataFrame(table)

    def run(self, statement: str) -> None:
        """See Warehouse."""
        self.session.sql(statement)

    def _name(self, table: Table) -> str:
        table.rows.createOrReplaceTempView(f"exported_{table.name}")
        return f"exported_{table.name}"


# A Thrift server sends these as text.
FROM_TEXT: dict[str, Callable[[Any], Any]] = {
    "DATE_TYPE": lambda value: date.fromisoformat(str(value)),
    "TIMESTAMP_TYPE": lambda value: datetime.fromisoformat(str(value)),
}


@dataclass(frozen=True)
class ThriftWarehouse(_Spark):
    """Spark through a Thrift server; `session` is the connection that dbt-spark holds."""

    session: Any

    def rows(self, query: str) -> list[dict[str, Any]]:
        """See Warehouse."""
        cursor = self.session.cursor()
        cursor.execute(query)
        columns = [
            (column[0].split(".")[-1], FROM_TEXT.get(column[1], lambda value: value))
            for column in cursor.description
        ]
        return [
            {
                name: None if value is None else read(value)
                for (name, read), value in zip(columns, row, strict=True)
            }
            for row in cursor.fetchall()
        ]

    def read(self, table: Any) -> pa.Table:
        """See Warehouse."""
        return pa.Table.from_pylist(self.rows(f"select * from {table}"))

    def connect(self) -> Any:
        """See Warehouse."""
        return _KeptOpen(self.session.handle)

    def result(self, table: pa.Table) -> pa.Table:
        """See Warehouse; the adapter writes it as literals."""
        return table

    def run(self, statement: str) -> None:
        """See Warehouse."""
        self.session.cursor().execute(statement)

    def _name(self, table: Table) -> str:
        return table.rows


@dataclass(frozen=True)
class _KeptOpen:
    """A connection that is dbt's own: who is handed it may not close it."""

    connection: Any

    def cursor(self) -> "_BoundedCursor":
        return _BoundedCursor(self.connection.cursor())

    def commit(self) -> None:
        pass

    rollback = close = commit


class _BoundedCursor:
    """A cursor of PyHive that hands out no more rows than somebody may look at."""

    def __init__(self, cursor: Any):
        self._cursor = cursor

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def fetchall(self) -> list:
        return self._cursor.fetchmany(MOST_ROWS)


@dataclass(frozen=True)
class _SessionConnection:
    """A SparkSession as the database API of Python has connections."""

    session: Any

    def cursor(self) -> "_SessionCursor":
        return _SessionCursor(self.session)

    def commit(self) -> None:
        pass

    rollback = close = commit


class _SessionCursor:
    """A cursor on a SparkSession; statements carry their parameters as PyHive's do."""

    rowcount = -1
    arraysize = 1

    def __init__(self, session: Any):
        self._session = session
        self._rows: Iterator[tuple] = iter(())
        self.description: list[tuple] | None = None

    def execute(self, statement: str, parameters: Any = None) -> None:
        if parameters is not None:
            escaped = {name: literal(value) for name, value in parameters.items()}
            statement = statement % escaped
        frame = self._session.sql(statement)
        self.description = [
            (field.name, field.dataType.simpleString(), None, None, None, None, True)
            for field in frame.schema.fields
        ] or None
        self._rows = iter([tuple(row) for row in frame.take(MOST_ROWS)])

    def fetchone(self) -> tuple | None:
        return next(self._rows, None)

    def fetchall(self) -> list[tuple]:
        return list(self._rows)

    def fetchmany(self, size: int | None = None) -> list[tuple]:
        return [row for _, row in zip(range(size or self.arraysize), self._rows, strict=False)]

    def close(self) -> None:
        self._rows = iter(())


SPARK_TYPES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_int32, "integer"),
    (pa.types.is_integer, "bigint"),
    (pa.types.is_floating, "double"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "timestamp"),
    (pa.types.is_list, "array<string>"),
)


def spark_literals(table: pa.Table) -> str:
    """A bounded table as a query of literals, for a Spark that only takes SQL.

    Args:
        table: columns of texts, lists of texts, booleans, integers, doubles, dates and time stamps.
    """
    names = ", ".join(table.column_names)
    types = {
        field.name: next((name for is_of, name in SPARK_TYPES if is_of(field.type)), "string")
        for field in table.schema
    }
    cast = ", ".join(f"cast({name} as {type_}) as {name}" for name, type_ in types.items())
    nothing = ", ".join("null" for _ in table.column_names)
    rows = ["(" + ", ".join(map(literal, row.values())) + ")" for row in table.to_pylist()]
    values = ", ".join(rows) or f"({nothing})"
    return f"select {cast} from values {values} as literals ({names})" + (
        "" if rows else " where false"
    )


def literal(value: Any) -> str:
    """A value of Python in Spark's SQL; what has no form of its own there becomes a text."""
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return str(value)
        case float():
            return f"double('{value}')"
        case datetime():
            return f"timestamp '{value}'"
        case date():
            return f"date '{value}'"
        case list():
            return "array(" + ", ".join(map(literal, value)) + ")"
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"
