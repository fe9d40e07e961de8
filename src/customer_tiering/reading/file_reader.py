"""Reads one file of a source in DuckDB: every record as text, whole or not at all."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from customer_tiering.reading import parquet_files
from customer_tiering.reading.contract import DELETIONS
from customer_tiering.reading.file_style import FileStyle, currencies_in, find_style
from customer_tiering.reading.literal_path import literal_path
from customer_tiering.reading.names import normalise
from customer_tiering.reading.opened_files import SourceFile
from customer_tiering.reading.shaped_records import (
    customer_key_secret,
    make_records,
    without_contacts,
)
from customer_tiering.reading.source_plan import FilePlan
from customer_tiering.reading.text_files import (
    MAX_BYTES_OF_A_CLEAN_LINE,
    SplitFile,
    UnreadableLine,
    UnusableFileError,
    count_records,
    split_records,
)

# How the error of a line begins that is the header once more; staging has a reason for it.
LEFTOVER = "report leftover: "


@dataclass(frozen=True)
class ReadFile:
    """A file that has been read.

    Attributes:
        plan: how it was read.
        rows: SQL of a relation: source_row (the record's number in the file, from 1), then the
            columns of the contract, all text.
        unreadable: what could not be read, or is the header once more.
        style: how it writes numbers and dates.
        left_out: how many records the mapping leaves out.
    """

    plan: FilePlan
    rows: str
    unreadable: list[UnreadableLine]
    style: FileStyle
    left_out: int = 0


@contextmanager
def file_reader(
    connection: duckdb.DuckDBPyConnection,
) -> Iterator[Callable[[FilePlan], ReadFile]]:
    """A function that reads files, and is quick with those that have no rows.

    A file that is copied is read into a temporary table, which the caller drops (`drop_read`).
    The function raises UnusableFileError, whose text begins with the file's name, if no row of a
    file can be read, or one line of the list of deletions cannot, or the file is damaged.

    Args:
        connection: where to read. Not within a transaction: a reading that fails would end it.
    """
    with (
        tempfile.TemporaryDirectory() as scratch,
        _rows_in_file_order(connection),
        customer_key_secret(connection),
    ):
        split = _Splitter(Path(scratch))

        def read(plan: FilePlan) -> ReadFile:
            if not plan.file.has_rows:
                return ReadFile(plan, "", [], FileStyle())
            try:
                return _read(connection, plan, split)
            except UnusableFileError as error:
                raise UnusableFileError(f"{plan.file.name} {error}") from error
            except OSError as error:
                reason = error.strerror or error
                raise UnusableFileError(f"{plan.file.name} cannot be read: {reason}") from error

        yield read


def drop_read(connection: duckdb.DuckDBPyConnection, plan: FilePlan) -> None:
    """Drop the temporary tables of a file, if there are any."""
    for table in (_table(plan), _records_table(plan)):
        connection.execute(f"drop table if exists {table}")


def parquet_rows(plan: FilePlan) -> str:
    """The relation `ReadFile.rows` of a Parquet file that is not copied."""
    return f"(select source_row, {_columns(plan)} from {parquet_files.where_it_is(plan)})"


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
    table, unreadable = _table(plan), []
    # A table written in one go has the row ids 0, 1, 2... in the order of the file.
    rows = f"(select rowid + 1 as source_row, * from {table})"
    if plan.file.text:
        is_split, unreadable = _read_text(connection, plan, split)
        if is_split:
            rows = table
        leftovers = _repeated_headers(connection, plan, rows)
        if leftovers:
            numbers = ", ".join(str(line.source_row) for line in leftovers)
            rows = f"(from {rows} as records where source_row not in ({numbers}))"
            unreadable = sorted(unreadable + leftovers, key=lambda line: line.source_row)
    elif plan.is_copied:
        parquet_files.copy(connection, plan, table)
    else:
        parquet_files.check(plan)
        rows = parquet_files.where_it_is(plan)
    style = find_style(
        connection,
        rows,
        {f"c{position}": name for position, name in plan.numbers.items()},
        {f"c{position}": name for position, name in plan.dates.items()},
    )
    if plan.shape.is_plain:
        rows = f"(select source_row, {_columns(plan)} from {rows})"
        return ReadFile(plan, rows, unreadable, _with_currencies(connection, plan, rows, style))
    texts = ", ".join(f"cast(c{position} as varchar) as c{position}" for position in plan.used)
    rows = f"(select source_row{', ' if texts else ''}{texts} from {rows})"
    table = _records_table(plan)
    left_out = make_records(connection, plan.shape, rows, style.decimal_sign, table)
    if plan.shape.has_contacts:
        unreadable = without_contacts(connection, unreadable)
    style = _with_currencies(connection, plan, table, style)
    return ReadFile(plan, table, unreadable, style, left_out)


def _with_currencies(
    connection: duckdb.DuckDBPyConnection, plan: FilePlan, records: str, style: FileStyle
) -> FileStyle:
    if "currency" not in plan.shape.fields:
        return style
    return replace(style, currencies=currencies_in(connection, records))


def _read_text(
    connection: duckdb.DuckDBPyConnection, plan: FilePlan, split: _Splitter
) -> tuple[bool, list[UnreadableLine]]:
    """Read a text file; the engine alone where it can, else after Python has split it.

    Returns:
        Whether it was split, so that the table has the numbers of its records; and what could
        not be read.
    """
    file = plan.file
    if file.text.is_plain and (records := count_records(file.path)) is not None:
        try:
            _create_lines(connection, plan, records - file.text.header_records)
            return False, []
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
    return True, parts.unreadable


def _repeated_headers(
    connection: duckdb.DuckDBPyConnection, plan: FilePlan, rows: str
) -> list[UnreadableLine]:
    """Records whose values are the names of their columns: files were put together with theirs."""
    names = {f"c{position}": plan.file.header[position] for position in plan.used}
    conditions = [
        f"({column} is null or regexp_full_match({column}, {_literal(_header_pattern(name))}))"
        for column, name in names.items()
    ]
    found = connection.execute(
        f"select source_row, {', '.join(names)} from {rows} as records"
        f" where {' and '.join(conditions)} and coalesce({', '.join(names)}) is not null"
        " order by source_row"
    ).fetchall()
    return [
        UnreadableLine(
            number,
            plan.file.text.delimiter.join(value or "" for value in values),
            f"{LEFTOVER}the header once more",
        )
        for number, *values in found
    ]


def _header_pattern(name: str) -> str:
    """A pattern of all texts that read as the same header; quick to see that most do not."""
    words = r"[\s\-._]+".join(re.escape(word) for word in normalise(name).split("_"))
    return rf"(?i)\s*{words}\s*|{re.escape(name)}"


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
    kept = [f"c{position}" for position in sorted({*plan.used, *plan.also_looked_at})]
    numbered = ["source_row"] if clean else []
    types = ", ".join(
        f"'{name}': '{'BIGINT' if name == 'source_row' else 'VARCHAR'}'"
        for name in numbered + names
    )
    connection.execute(f"""
        create or replace temporary table {_table(plan)} as
        select {", ".join([*numbered, *kept])}
        from read_csv(
            {_literal(literal_path(clean or plan.file.path))},
            auto_detect = false,
            hive_partitioning = false,
            columns = {{{types}}},
            header = false,
            skip = {0 if clean else text.header_records},
            delim = {_literal(text.clean_delimiter if clean else text.delimiter)},
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


def _records_table(plan: FilePlan) -> str:
    return f"{_table(plan)}_records"


def _columns(plan: FilePlan) -> str:
    """The columns of the contract as texts, out of c0, c1 and so on of the file."""
    return ", ".join(
        f'cast({"null" if position is None else f"c{position}"} as varchar) as "{column}"'
        for position, column in zip(plan.positions, plan.source.columns, strict=True)
    )


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
