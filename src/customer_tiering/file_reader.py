"""Reads one file of a source in DuckDB: every record as text, whole or not at all."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from customer_tiering.contract import DELETIONS
from customer_tiering.source_plan import FilePlan, SourceFile
from customer_tiering.text_files import (
    MAX_BYTES_OF_A_CLEAN_LINE,
    SplitFile,
    UnreadableLine,
    UnusableFileError,
    count_records,
    split_records,
)


@dataclass(frozen=True)
class ReadFile:
    """A file that has been read.

    Attributes:
        plan: how it was read.
        rows: SQL of a relation: source_row (the record's number in the file, from 1), then the
            columns of the contract, all text.
        unreadable: what could not be read.
    """

    plan: FilePlan
    rows: str
    unreadable: list[UnreadableLine]


@contextmanager
def file_reader(
    connection: duckdb.DuckDBPyConnection,
) -> Iterator[Callable[[FilePlan], ReadFile]]:
    """A function that reads files of which it is known that they have rows.

    A text file is read into a temporary table, which the caller drops (`drop_read`). The function
    raises UnusableFileError, whose text begins with the file's name, if no row of a file can be
    read, or one line of the list of deletions cannot.

    Args:
        connection: where to read. Not within a transaction: a reading that fails would end it.
    """
    with tempfile.TemporaryDirectory() as scratch, _rows_in_file_order(connection):
        split = _Splitter(Path(scratch))

        def read(plan: FilePlan) -> ReadFile:
            try:
                return _read(connection, plan, split)
            except UnusableFileError as error:
                raise UnusableFileError(f"{plan.file.name} {error}") from error

        yield read


def drop_read(connection: duckdb.DuckDBPyConnection, plan: FilePlan) -> None:
    """Drop the temporary table of a file, if there is one."""
    connection.execute(f"drop table if exists {_table(plan)}")


def parquet_rows(plan: FilePlan) -> str:
    """The relation `ReadFile.rows` of a Parquet file, which is not copied."""
    columns = _columns(plan, [_quoted(name) for name in plan.file.header])
    return (
        f"(select file_row_number + 1 as source_row, {columns}"
        f" from read_parquet({_literal(str(plan.file.path))}, file_row_number = true))"
    )


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


def _read(connection: duckdb.DuckDBPyConnection, plan: FilePlan, split: _Splitter) -> ReadFile:
    """Read a file; the engine alone where it can, else after Python has split it."""
    file = plan.file
    if file.text is None:
        return ReadFile(plan, parquet_rows(plan), [])
    if file.text.is_plain and (records := count_records(file.path)) is not None:
        try:
            _create_lines(connection, plan, records - file.text.header_records)
            # A table written in one go has the row ids 0, 1, 2... in the order of the file.
            return ReadFile(plan, f"(select rowid + 1 as source_row, * from {_table(plan)})", [])
        # DuckDB's message shows the line, cut within a character: then it is no text itself.
        except (
            duckdb.InvalidInputException,
            duckdb.NotImplementedException,
            _NotReadWholeError,
            UnicodeDecodeError,
        ):
            pass  # There is a blank or broken line. Find out which, and load the others.
    parts = split(file)
    if parts.unreadable and plan.source.name == DELETIONS:
        first = parts.unreadable[0]
        raise UnusableFileError(
            f"has lines that cannot be read, the first in row {first.source_row}: {first.error}. "
            f"Mend them, so that nobody stays who asked to be forgotten"
        )
    if parts.rows == 0:
        reason = f"The first: {parts.unreadable[0].error}" if parts.unreadable else ""
        raise UnusableFileError(f"has lines, but none of them can be read. {reason}")
    _create_lines(connection, plan, parts.rows, parts.clean)
    return ReadFile(plan, _table(plan), parts.unreadable)


def _create_lines(
    connection: duckdb.DuckDBPyConnection, plan: FilePlan, rows: int, clean: Path | None = None
) -> None:
    """Read the file itself, or its clean copy, into a table of the contract's columns.

    Every setting is given and the reader is strict: it fails on a line that it cannot read
    rather than leave it out. Even so it was seen to lose rows without an error: on several
    threads where a record crosses the border of two buffers, on one thread after a quote that
    is never closed. Therefore the rows are counted.

    Raises:
        _NotReadWholeError: if the table has not the number of rows that it should have.
    """
    text = plan.file.text
    new_line = rf"new_line = '\n', max_line_size = {MAX_BYTES_OF_A_CLEAN_LINE}," if clean else ""
    names = [f"c{position}" for position in range(len(text.header))]
    numbered = ["source_row"] if clean else []
    types = ", ".join(
        f"'{name}': '{'BIGINT' if name == 'source_row' else 'VARCHAR'}'"
        for name in numbered + names
    )
    connection.execute(f"""
        create or replace temporary table {_table(plan)} as
        select {", ".join([*numbered, _columns(plan, names)])}
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
    loaded = connection.execute(f"select count(*) from {_table(plan)}").fetchone()[0]
    if loaded != rows:
        raise _NotReadWholeError(
            f"was not read whole: {loaded} of {rows} records. Try it as Parquet"
        )


def _table(plan: FilePlan) -> str:
    return f"temp.{plan.source.name}_{plan.number}"


def _columns(plan: FilePlan, expressions: list[str]) -> str:
    """The columns of the contract as texts, out of the columns of the file."""
    return ", ".join(
        f'cast({"null" if position is None else expressions[position]} as varchar) as "{column}"'
        for position, column in zip(plan.positions, plan.source.columns, strict=True)
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
