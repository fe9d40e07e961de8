"""What the report reads: the published export, and nothing else."""

import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from customer_tiering.engines.on_duckdb import parquet_files
from customer_tiering.export_sets import read_manifest
from customer_tiering.reading.names import quoted
from customer_tiering.report.words import Both, Money
from customer_tiering.told import ToldError


class NoExportError(ToldError):
    """There is nothing to show; the text says what to do."""


class Export:
    """One set of the export, whose tables are views of DuckDB: what is large stays there.

    Attributes:
        manifest: what the set says of itself.
        as_of_date: of its tiers.
        money: writes amounts in its currency.
    """

    def __init__(self, folder: Path):
        """Open a set.

        Args:
            folder: of the set, or the link to it (EXPORT_PATH/latest).

        Raises:
            NoExportError: if there is none.
        """
        # Once: all tables are then of one build, whatever is published meanwhile.
        latest = Path(os.path.realpath(folder))
        self.manifest = read_manifest(latest)
        try:
            self.as_of_date = date.fromisoformat(self.manifest["as_of_date"])
        except (KeyError, TypeError, ValueError):
            raise NoExportError(
                f"There is no export in {folder.parent}/ yet, so there is nothing to report. "
                "Run: make build"
            ) from None
        self.money = Money(str(self.manifest.get("reporting_currency") or ""))
        self._connection = duckdb.connect()
        self._columns: dict[str, list[str]] = {}
        for path in sorted(latest.glob("*.parquet")):
            # A table that grows with time, and from Spark every one, is a folder of parts.
            parts = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
            if parts:
                self._open(path.stem, parts)

    def _open(self, table: str, parts: Sequence[Path]) -> None:
        try:
            relation = self._connection.sql(f"from {parquet_files(parts)}")
            # Members of an account count with it.
            members = " where not is_member" if "is_member" in relation.columns else ""
            self._connection.execute(
                f"create view {quoted(table)} as from {parquet_files(parts)}{members}"
            )
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise NoExportError(
                f"The table {table} of the export cannot be read: {error}. Run: make build"
            ) from None
        self._columns[table] = relation.columns

    def rows(self, query: str, parameters: Sequence | None = None) -> list[tuple]:
        """What a query on the tables gives: a few rows."""
        return self._connection.execute(query, parameters or []).fetchall()

    def one(self, query: str) -> tuple:
        """The one row of a query."""
        [row] = self.rows(query)
        return row

    def lacks(self, **tables: str) -> Both | None:
        """What is missing of the tables and columns that something needs, in a sentence.

        Args:
            tables: each table with its columns, separated by blanks.
        """
        missing = []
        for table, columns in tables.items():
            if table not in self._columns:
                missing.append(f"{table}")
                continue
            known = self._columns[table]
            missing += [f"{table}.{name}" for name in columns.split() if name not in known]
        if not missing:
            return None
        names = ", ".join(missing)
        return Both(
            f"Not shown: this export has no {names}.",
            f"未显示：本次导出缺少 {names}。",
        )


def as_json(value: Any) -> str:
    """JSON that can stand in a script of a page: nothing in it can end the script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=float).replace(
        "<", "\\u003c"
    )
