"""The warehouse on DuckDB, in this process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection

from customer_tiering.engines.base import Table, Written
from customer_tiering.export_sets import ExportSet
from customer_tiering.reading.literal_path import literal_path
from customer_tiering.reading.names import quoted
from customer_tiering.sheets import MOST_ROWS_OF_A_SHEET, write_csv
from customer_tiering.told import SPILLS_TO, WAREHOUSE


@dataclass(frozen=True)
class DuckDBWarehouse:
    """DuckDB in this process."""

    session: DuckDBPyConnection
    dialect = "duckdb"

    def rows(self, query: str) -> list[dict[str, Any]]:
        """See Warehouse."""
        return self.session.sql(query).to_arrow_table().to_pylist()

    def run(self, statement: str) -> None:
        """See Warehouse."""
        self.session.execute(statement)

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

    def places(self) -> dict[str, Path]:
        """See Warehouse."""
        [(warehouse, spills_to)] = self.session.sql(
            "select path, current_setting('temp_directory') from duckdb_databases()"
            " where database_name = current_database()"
        ).fetchall()
        # A warehouse in memory has no path.
        places = {WAREHOUSE: warehouse, SPILLS_TO: spills_to}
        return {name: Path(path).absolute() for name, path in places.items() if path}

    def write(self, table: Table, folder: Path, before: ExportSet | None) -> Iterator[Written]:
        """Write a table as Parquet, then as CSV where a sheet can hold it, both sorted by its key.

        The CSV is read back from the Parquet file, whose order DuckDB keeps. Where there is none,
        nobody reads from top to bottom, and the rows keep the order that they have: sorting would
        be half of the time.
        """
        columns = table.written(table.rows.columns)
        parquet, csv = (folder / f"{table.name}.{kind}" for kind in ("parquet", "csv"))
        names = [quoted(column) for column in columns]
        selected = f"select {', '.join(names)} from ({table.rows.sql_query()})"
        ((rows,),) = self.session.sql(f"select count(*) from ({selected})").fetchall()
        fits_a_sheet = rows <= MOST_ROWS_OF_A_SHEET
        if fits_a_sheet and before and not before.file(csv.name):
            before = None  # Its parts are not sorted.
        if before and before.columns(parquet.name) != columns:
            before = None  # Written by another version of this project.
        order = f" order by {', '.join(map(quoted, table.key))}" if fits_a_sheet else ""
        if table.parts_by:
            parts = sorted(self._write_parts(table, selected, order, parquet, before))
        else:
            self._copy(selected + order, parquet)
            parts = [parquet]
        yield Written(table.name, "parquet", parquet.name, rows, columns)
        if fits_a_sheet:
            write_csv(self.session.sql(f"from {parquet_files(parts)}"), csv)
            yield Written(table.name, "csv", csv.name, rows, columns)

    def _write_parts(
        self, table: Table, source: str, order: str, parquet: Path, before: ExportSet | None
    ) -> Iterator[Path]:
        """Write a file for each value of `parts_by`, or take it over from the set before."""
        parquet.mkdir()
        column = quoted(table.parts_by)
        values = self.session.sql(f"select distinct {column} from ({source})").fetchall()
        kept = set(self.session.sql(table.unchanged).fetchall()) if before else set()
        for (value,) in values:
            part = parquet / f"{str(value).replace(' ', 'T').replace(':', '')}.parquet"
            if (value,) not in kept or not before.hand_over(part):
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


def parquet_files(parts: Sequence[Path]) -> str:
    """Parquet files as a relation of DuckDB: these files and no others, whatever their names."""
    files = ", ".join(_text(literal_path(part)) for part in parts)
    return f"read_parquet([{files}], hive_partitioning = false)"


def _text(text: Path | str) -> str:
    return "'" + str(text).replace("'", "''") + "'"
