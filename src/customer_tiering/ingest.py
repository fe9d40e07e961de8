"""Registers the raw export in DuckDB: every source of the contract as text, in schema `raw`.

    raw.<source>          view: source_row, then the columns of the contract, all text
    raw.<source>_lines    table behind the view of a text file
    raw.unreadable_lines  table: what could not be read, with its place in the file
    raw.source_files      table: what each source was read from; by it we know what is loaded

A Parquet file is not copied. A text file is loaded once, and again only when it or the way it
is read has changed, so that a dbt command that finds nothing new does not read it.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from customer_tiering.source_plan import (
    FileVersion,
    InputError,
    SourceFile,
    SourcePlan,
    plan_sources,
)
from customer_tiering.text_files import (
    SplitFile,
    UnreadableLine,
    UnusableFileError,
    count_records,
    split_records,
)

__all__ = ["InputError", "load_sources", "register_sources", "source_file_row"]

# Remembered with a loaded file; raise it when the same file would now load differently.
LOADER_VERSION = 1

_TABLES = """
create schema if not exists raw;
create table if not exists raw.source_files (
    source varchar,
    source_file varchar,       -- relative to the folder; null where there is no file
    file_format varchar,       -- text or parquet
    encoding varchar,
    columns_read varchar,      -- JSON: our column -> the header in the file, or null
    source_path varchar,
    file_bytes bigint,
    file_changed_ns bigint,
    loader_version integer,
    rows_unreadable bigint
);
create table if not exists raw.unreadable_lines (
    source varchar,
    source_file varchar,
    source_row bigint,         -- number of the record in the file, from 1, without the header
    line varchar,
    error varchar
);
"""


def register_sources(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make every source of the contract readable as `raw.<source>`.

    Each source is registered in one transaction with the note of what it was read from: a
    process that is killed leaves the state before, or after, and nothing between.

    Args:
        connection: an open connection; its current database is written to.
        folder: the folder of the export.

    Raises:
        InputError: with all problems of all files. No source is touched unless every file can
            be opened and has the columns that it needs.
    """
    folder = Path(folder)
    connection.execute(_TABLES)
    stored = {row[0]: row for row in connection.execute("from raw.source_files").fetchall()}
    plans = plan_sources(folder, _known_encodings(stored.values()))
    changed = [
        plan for plan in plans if stored.get(plan.source.name, ())[:-1] != source_file_row(plan)
    ]
    load_sources(connection, folder, changed)


def load_sources(
    connection: duckdb.DuckDBPyConnection, folder: Path, plans: Iterable[SourcePlan]
) -> None:
    """Load sources by their plans, whatever `raw` holds of them.

    Args:
        connection: an open connection; its current database is written to.
        folder: the folder of the export, for messages.
        plans: what to load.

    Raises:
        InputError: with all files that have rows of which none can be read.
    """
    connection.execute(_TABLES)
    problems = []
    with tempfile.TemporaryDirectory() as scratch, _rows_in_file_order(connection):
        split = _Splitter(Path(scratch))
        for plan in plans:
            try:
                _load(connection, plan, split)
            except UnusableFileError as error:
                problems.append(f"{plan.file.name} {error}")
    if problems:
        raise InputError(folder, problems)


class _Splitter:
    """Splits each broken file once, however many sources it feeds."""

    def __init__(self, scratch: Path):
        self._scratch = scratch
        self._done: dict[Path, SplitFile] = {}

    def __call__(self, file: SourceFile) -> SplitFile:
        """The file split into sound and unreadable records."""
        if file.path not in self._done:
            clean = self._scratch / f"{len(self._done)}.csv"
            self._done[file.path] = split_records(file.path, file.text, clean)
        return self._done[file.path]


class _NotReadWholeError(UnusableFileError):
    """The engine read another number of records than there are."""


@contextmanager
def _rows_in_file_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep the order in which rows are read, on which their numbers rely, whatever is set."""
    setting = "preserve_insertion_order"
    before = connection.execute(f"select current_setting('{setting}')").fetchone()[0]
    connection.execute(f"set {setting} = true")
    try:
        yield
    finally:
        connection.execute(f"set {setting} = {before}")


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _load(connection: duckdb.DuckDBPyConnection, plan: SourcePlan, split: _Splitter) -> None:
    """Replace everything that `raw` holds of one source, all at once.

    Raises:
        UnusableFileError: if the file has rows and none of them can be read.
    """
    file = plan.file
    if file is None or not file.has_rows:
        with _transaction(connection):
            _register(connection, plan, "null", "(select 1 where false) as no_rows")
        return
    if file.text is None:
        with _transaction(connection):
            parquet = f"read_parquet({_literal(str(file.path))}, file_row_number = true)"
            _register(connection, plan, "file_row_number + 1", parquet)
        return
    table = f"raw.{plan.source.name}_lines"
    if file.text.is_plain and (records := count_records(file.path)) is not None:
        try:
            with _transaction(connection):
                _create_lines(connection, plan, table, records - file.text.header_records)
                # A table written in one go has the row ids 0, 1, 2... in the order of the file.
                _register(connection, plan, "rowid + 1", table)
            return
        except (duckdb.InvalidInputException, duckdb.NotImplementedException, _NotReadWholeError):
            pass  # There is a blank or broken line. Find out which, and load the others.
    parts = split(file)
    if parts.rows == 0:
        reason = f"The first: {parts.unreadable[0].error}" if parts.unreadable else ""
        raise UnusableFileError(f"has lines, but none of them can be read. {reason}")
    with _transaction(connection):
        _create_lines(connection, plan, table, parts.rows, parts.clean)
        _register(connection, plan, "source_row", table, parts.unreadable)


def _create_lines(
    connection: duckdb.DuckDBPyConnection,
    plan: SourcePlan,
    table: str,
    rows: int,
    clean: Path | None = None,
) -> None:
    """Load the file itself, or its clean copy, into a table of the contract's columns.

    Every setting is given and the reader is strict: it fails on a line that it cannot read
    rather than leave it out. Even so it was seen to lose rows without an error: on several
    threads where a record crosses the border of two buffers, on one thread after a quote that
    is never closed. Therefore the rows are counted.

    Raises:
        _NotReadWholeError: if the table has not the number of rows that it should have.
    """
    text = plan.file.text
    new_line = r"new_line = '\n'," if clean else ""
    names = [f"c{position}" for position in range(len(text.header))]
    numbered = ["source_row"] if clean else []
    types = ", ".join(
        f"'{name}': '{'BIGINT' if name == 'source_row' else 'VARCHAR'}'"
        for name in numbered + names
    )
    values = [
        f'{value} as "{column}"'
        for value, column in zip(_values(plan, names), plan.source.columns, strict=True)
    ]
    connection.execute(f"""
        create or replace table {table} as
        select {", ".join(numbered + values)}
        from read_csv(
            {_literal(str(clean or plan.file.path))},
            auto_detect = false,
            columns = {{{types}}},
            header = false,
            skip = {0 if clean else text.header_records},
            delim = {_literal(text.delimiter)},
            quote = '"',
            escape = '"',
            nullstr = '',
            {new_line}
            encoding = 'utf-8',
            strict_mode = true,
            parallel = {clean is None}
        )
    """)
    loaded = connection.execute(f"select count(*) from {table}").fetchone()[0]
    if loaded != rows:
        raise _NotReadWholeError(
            f"was not read whole: {loaded} of {rows} records. Try it as Parquet"
        )


def _register(
    connection: duckdb.DuckDBPyConnection,
    plan: SourcePlan,
    row_number: str,
    relation: str,
    unreadable: Iterable[UnreadableLine] = (),
) -> None:
    """Create the view of a source and note what it was read from."""
    source, file = plan.source, plan.file
    table = f"raw.{source.name}_lines"
    if relation == table:
        values = [f'"{column}"' for column in source.columns]
    elif file is None or not file.has_rows:
        values = ["null"] * len(source.columns)
    else:
        values = _values(plan, [_quoted(name) for name in file.header])
    columns = ", ".join(
        f'cast({value} as varchar) as "{column}"'
        for value, column in zip(values, source.columns, strict=True)
    )
    connection.execute(f"""
        create or replace view raw.{source.name} as
        select cast({row_number} as bigint) as source_row, {columns}
        from {relation}
    """)
    if relation != table:
        connection.execute(f"drop table if exists {table}")

    lines = list(unreadable)
    connection.execute("delete from raw.unreadable_lines where source = ?", [source.name])
    if lines:
        rows = pa.table(
            {
                "source_row": [line.source_row for line in lines],
                "line": [line.line for line in lines],
                "error": [line.error for line in lines],
            }
        )
        connection.register("unreadable_rows", rows)
        connection.execute(
            "insert into raw.unreadable_lines select ?, ?, source_row, line, error"
            " from unreadable_rows",
            [source.name, file.name],
        )
        connection.unregister("unreadable_rows")

    row = (*source_file_row(plan), len(lines))
    connection.execute("delete from raw.source_files where source = ?", [source.name])
    connection.execute(f"insert into raw.source_files values ({', '.join('?' * len(row))})", row)


def source_file_row(plan: SourcePlan) -> tuple:
    """The row of `raw.source_files` without its last column: if it is the same, so is the data."""
    name, file = plan.source.name, plan.file
    names = [None if position is None else file.header[position] for position in plan.positions]
    columns = json.dumps(dict(zip(plan.source.columns, names, strict=True)), ensure_ascii=False)
    if file is None:
        return (name, None, None, None, columns, None, None, None, LOADER_VERSION)
    file_format = "text" if file.text else "parquet"
    encoding = file.text.encoding if file.text else None
    return (name, file.name, file_format, encoding, columns, *file.version, LOADER_VERSION)


def _known_encodings(rows: Iterable[tuple]) -> dict[FileVersion, str]:
    """Encodings that earlier runs found, by the version of the file."""
    return {tuple(row[5:8]): row[3] for row in rows if row[3]}


def _values(plan: SourcePlan, expressions: list[str]) -> list[str]:
    """For each column of the contract the expression of its column in the file, or a null."""
    return [
        "cast(null as varchar)" if position is None else expressions[position]
        for position in plan.positions
    ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
