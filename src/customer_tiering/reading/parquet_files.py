"""Parquet files of an export: read where they are, or copied where their names are in the way."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from customer_tiering.reading.literal_path import literal_path
from customer_tiering.reading.names import quoted
from customer_tiering.reading.text_files import UnusableFileError

if TYPE_CHECKING:
    from customer_tiering.reading.source_plan import FilePlan

# A column by this name stands in the way of DuckDB's numbers of rows.
_ROW_NUMBER = "file_row_number"

_AGAIN = "Export it again"


def read_schema(path: Path) -> tuple[pa.Schema, bool]:
    """The columns of a file, and whether it has rows.

    Raises:
        UnusableFileError: if it is no Parquet file.
    """
    try:
        with path.open("rb") as file:
            parquet = pq.ParquetFile(file)
            return parquet.schema_arrow, parquet.metadata.num_rows > 0
    except PermissionError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise UnusableFileError(
            f"is not a Parquet file, or damaged: {_reason(error)}. {_AGAIN}"
        ) from error


def has_odd_names(schema: pa.Schema) -> bool:
    """Whether an engine does not read the columns by the names that they have in the file."""
    names = {name.lower() for name in schema.names}
    return len(names) < len(schema.names) or bool(names & {"", _ROW_NUMBER})


def is_text(type_: pa.DataType) -> bool:
    """Whether the values of a column are texts."""
    if pa.types.is_dictionary(type_):
        return is_text(type_.value_type)
    return type_ in (pa.string(), pa.large_string(), pa.string_view())


def has_decimals(type_: pa.DataType) -> bool:
    """Whether the values of a column are numbers with decimals, which are written with a point."""
    return pa.types.is_floating(type_) or (pa.types.is_decimal(type_) and type_.scale > 0)


def column_problems(plan: "FilePlan") -> Iterator[str]:
    """Columns that cannot be told apart, or have no text."""
    header = plan.file.header
    for position in plan.used:
        alike = [name for name in header if name.lower() == header[position].lower()]
        if len(alike) > 1:
            names = " and ".join(f"'{name}'" for name in alike)
            yield f"{plan.file.name}: the columns {names} differ by case alone. Rename one of them"
        type_ = plan.file.schema.field(position).type
        if (
            pa.types.is_nested(type_)
            or pa.types.is_binary(type_)
            or pa.types.is_large_binary(type_)
        ):
            yield (
                f"{plan.file.name}: the column '{header[position]}' is of type {type_}, which is "
                f"no text. Write it as text"
            )


def where_it_is(plan: "FilePlan") -> str:
    """The relation of a file's columns, c0, c1 and so on, and of source_row; nothing is copied."""
    columns = "".join(f", {_column(plan, n)} as c{n}" for n in _read(plan))
    path = literal_path(plan.file.path).replace("'", "''")
    return (
        f"(select {_ROW_NUMBER} + 1 as source_row{columns} from read_parquet("
        f"'{path}', {_ROW_NUMBER} = true, hive_partitioning = false))"
    )


def check(plan: "FilePlan") -> None:
    """Read a file through: a view on it would tell of damage too late, and not which file it is.

    Raises:
        UnusableFileError: if it is damaged.
    """
    values = ", ".join(["source_row", *(f"c{n}" for n in _read(plan))])
    try:
        # In a database of its own, so that damage of any kind leaves the warehouse alone.
        with duckdb.connect() as scratch:
            scratch.execute(f"select bit_xor(hash({values})) from {where_it_is(plan)}")
    except duckdb.Error as error:
        raise UnusableFileError(f"is damaged: {_reason(error)}. {_AGAIN}") from error


def copy(connection: duckdb.DuckDBPyConnection, plan: "FilePlan", table: str) -> None:
    """Copy the columns of a file, c0, c1 and so on, whatever their names.

    Raises:
        UnusableFileError: if it is damaged.
    """
    read = _read(plan)
    try:
        with plan.file.path.open("rb") as file:
            columns = pq.ParquetFile(file).read()
        copied = pa.table({f"c{n}": columns.column(n) for n in read})
        for place, n in enumerate(read):
            if _has_three_decimals(plan, n):
                four = columns.column(n).cast(pa.decimal128(38, 4))
                copied = copied.set_column(place, f"c{n}", four)
    except (pa.ArrowException, OSError) as error:
        raise UnusableFileError(f"is damaged: {_reason(error)}. {_AGAIN}") from error
    connection.register("copied_rows", copied)
    connection.execute(f"create or replace temporary table {table} as from copied_rows")
    connection.unregister("copied_rows")


def _column(plan: "FilePlan", position: int) -> str:
    column = quoted(plan.file.header[position])
    return f"cast({column} as decimal(38, 4))" if _has_three_decimals(plan, position) else column


def _has_three_decimals(plan: "FilePlan", position: int) -> bool:
    """Whether a number is written 1.500, which by the texts beside it may be read as 1500."""
    type_ = plan.file.schema.field(position).type
    return pa.types.is_decimal(type_) and type_.scale == 3


def _read(plan: "FilePlan") -> list[int]:
    """The positions that are read."""
    return sorted({*plan.used, *plan.also_looked_at})


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
