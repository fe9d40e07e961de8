"""The tables of the schema `raw` on DuckDB, and what is noted in them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from customer_tiering.reading.contract import SOURCES, Source
from customer_tiering.reading.file_reader import ReadFile
from customer_tiering.reading.opened_files import FileVersion
from customer_tiering.reading.reading_notes import ReadingNote
from customer_tiering.reading.shaped_records import secret_mark
from customer_tiering.reading.source_plan import FilePlan, InputError, SourcePlan

# Remembered with a loaded file; raise it when the same file would now load differently.
LOADER_VERSION = 5

_TABLES = """
create schema if not exists raw;
create table if not exists raw.source_files (
    source varchar,
    file_number bigint,        -- from 0; source_row is file_number * 10^12 + row in the file
    source_file varchar,       -- relative to the folder; null where there is no file
    file_format varchar,       -- text or parquet
    encoding varchar,
    columns_read varchar,      -- JSON: our column -> the header in the file, or null
    source_path varchar,
    file_bytes bigint,
    file_changed_ns bigint,
    loader_version integer,
    loaded_in bigint,          -- number of the load
    cleaned_of bigint,         -- it is clean of the forgotten_ids noted in loads up to this one
    rows_unreadable bigint,
    rows_forgotten bigint,     -- records and lines left out because of forgotten_ids
    rows_left_out bigint,      -- records that the mapping leaves out, counted as excluded
    decimal_sign varchar,      -- how it writes numbers and dates: see file_style
    date_order varchar,
    currencies varchar         -- that its records name, with blanks between
);
create table if not exists raw.source_loads (
    source varchar,
    load bigint,
    kind varchar               -- added: only new files, after the known ones; or replaced: all anew
);
create table if not exists raw.forgotten_ids (
    column_name varchar,       -- customer_id, or order_id for the orders of such customers
    id varchar,                -- trimmed
    noted_in bigint            -- number of the load
);
create table if not exists raw.connected_ids (
    asked_id varchar,          -- an id in the list of deletions
    id varchar                 -- another one of the same person
);
create table if not exists raw.settings (
    setting varchar,           -- of settings.csv
    value varchar
);
create table if not exists raw.reading_notes (
    source varchar,            -- null where the file feeds none
    source_file varchar,
    note varchar,
    detail varchar
);
create table if not exists raw.unreadable_lines (
    source varchar,
    source_file varchar,
    source_row bigint,         -- number of the record in the file, from 1, without the header
    line varchar,
    error varchar
);
"""
# The load in which ids were last noted. Not the load that is running: if it finds nothing else, it
# leaves its number to the next, which may note more.
LAST_NOTED = "(select coalesce(max(noted_in), 0) from raw.forgotten_ids)"

# The columns of raw.source_files by which a file is known: if they are the same, so is the data.
_KNOWN_BY = 10

# Notes that are found when a file is read, and not again while it stays as it is.
_OF_VALUES = "note in ('contradictory_numbers', 'contradictory_dates')"


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of the notes; those of an earlier form go, and all is read anew.

    Raises:
        InputError: if somebody else keeps something where ours would take its place.
    """
    found = {
        name
        for (name,) in connection.execute(
            "select lower(table_name) from information_schema.tables"
            " where table_catalog = current_database() and lower(table_schema) = 'raw'"
        ).fetchall()
    }
    if "source_files" not in found and (theirs := sorted(found & {*SOURCES, "settings"})):
        problem = (
            f"The warehouse has a schema raw with {', '.join(theirs)} of somebody else, and we "
            "keep there what we have read. Give us a warehouse of our own (DUCKDB_PATH), and name "
            "this one as CRM_DATABASE, with CRM_SCHEMA=raw"
        )
        raise InputError("raw", [problem])
    connection.execute(_TABLES)
    columns = connection.execute("describe raw.source_files").fetchall()
    if "rows_left_out" not in [column[0] for column in columns]:
        connection.execute(f"drop table raw.source_files; {_TABLES}")


def read_all_again(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget by what the files are known, so that all count as changed."""
    connection.execute("update raw.source_files set loader_version = null, encoding = null")


def reading_of(plan: FilePlan) -> tuple:
    """Name, format, encoding, columns, version of a file and the loader's: the same, same data."""
    file = plan.file
    columns = dict.fromkeys(plan.source.columns)
    for column, field in plan.shape.fields.items():
        names = [file.header[position] for position in field.positions]
        columns[column] = [*names, *map(str, field.steps)] if field.steps else names[0]
    if plan.shape.rules or plan.shape.system:
        columns["(records)"] = [*map(str, plan.shape.rules), plan.shape.system]
    if plan.shape.has_contacts:
        columns["(contacts)"] = secret_mark()
    if plan.also_looked_at:
        columns["(also looked at)"] = [file.header[position] for position in plan.also_looked_at]
    file_format = "text" if file.text else "parquet"
    encoding = file.text.encoding if file.text else None
    columns_read = json.dumps(columns, ensure_ascii=False)
    return (file.name, file_format, encoding, columns_read, *file.version, LOADER_VERSION)


def known_by(plan: SourcePlan) -> list[tuple]:
    """The first columns of raw.source_files as the files of a plan would make them."""
    name = plan.source.name
    if not plan.files:
        columns = json.dumps(dict.fromkeys(plan.source.columns))
        return [(name, None, None, None, None, columns, None, None, None, LOADER_VERSION)]
    return [(name, file.number, *reading_of(file)) for file in plan.files]


def known_files(connection: duckdb.DuckDBPyConnection, source: Source) -> list[tuple]:
    """The same as they are noted."""
    rows = connection.execute(
        "from raw.source_files where source = ? order by file_number", [source.name]
    ).fetchall()
    return [row[:_KNOWN_BY] for row in rows]


def has_files(known: list[tuple]) -> bool:
    """Whether such rows are of files, and not the one of a source that has none."""
    return any(row[2] is not None for row in known)


def known_encodings(connection: duckdb.DuckDBPyConnection) -> dict[FileVersion, str]:
    """Encodings that earlier runs found, by the version of the file."""
    rows = connection.execute(
        "select source_path, file_bytes, file_changed_ns, encoding from raw.source_files"
        f" where encoding is not null and loader_version = {LOADER_VERSION}"
    ).fetchall()
    return {tuple(version): encoding for *version, encoding in rows}


def insert_file(
    connection: duckdb.DuckDBPyConnection,
    known_by: tuple,
    load: int,
    counts: tuple[int, int, int] = (0, 0, 0),
    style: tuple[str | None, str | None, str | None] = (None, None, None),
) -> None:
    """Note a file, or that a source has none; its rows unreadable, forgotten and left out."""
    known = ", ".join("?" * len(known_by))
    connection.execute(
        f"insert into raw.source_files select {known}, ?, {LAST_NOTED}, ?, ?, ?, ?, ?, ?",
        [*known_by, load, *counts, *style],
    )


def insert_unreadable(connection: duckdb.DuckDBPyConnection, read: ReadFile) -> None:
    """Note what could not be read."""
    if not read.unreadable:
        return
    rows = pa.Table.from_pylist([vars(line) for line in read.unreadable])
    connection.register("unreadable_rows", rows)
    connection.execute(
        "insert into raw.unreadable_lines select ?, ?, source_row, line, error"
        " from unreadable_rows",
        [read.plan.source.name, read.plan.file.name],
    )
    connection.unregister("unreadable_rows")


def insert_style_notes(connection: duckdb.DuckDBPyConnection, read: ReadFile) -> None:
    """Note where the values of a file contradict each other."""
    for note, detail in read.style.notes:
        connection.execute(
            "insert into raw.reading_notes values (?, ?, ?, ?)",
            [read.plan.source.name, read.plan.file.name, note, detail],
        )


def keep_notes(connection: duckdb.DuckDBPyConnection, notes: Sequence[ReadingNote]) -> None:
    """Bring the notes on the folder to what was found now."""
    rows = [(note.source, note.source_file, note.note, note.detail) for note in notes]
    _keep(connection, "raw.reading_notes", f"not ({_OF_VALUES})", rows)


def keep_settings(
    connection: duckdb.DuckDBPyConnection, settings: Sequence[tuple[str, str]]
) -> None:
    """Bring the settings to what the folder says now."""
    _keep(connection, "raw.settings", "true", settings)


def _keep(
    connection: duckdb.DuckDBPyConnection, table: str, condition: str, rows: Sequence[tuple]
) -> None:
    """Make some rows of a table the given ones; a run that finds the same writes nothing."""
    if connection.execute(f"from {table} where {condition}").fetchall() == [*rows]:
        return
    with transaction(connection):
        connection.execute(f"delete from {table} where {condition}")
        for row in rows:
            places = ", ".join("?" * len(row))
            connection.execute(f"insert into {table} values ({places})", row)


def remove(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Remove all that `raw` holds of a source but its view, which is replaced, and its loads."""
    connection.execute(f"drop table if exists raw.{source.name}_lines")
    connection.execute("delete from raw.unreadable_lines where source = ?", [source.name])
    connection.execute("delete from raw.source_files where source = ?", [source.name])
    connection.execute(
        f"delete from raw.reading_notes where source = ? and {_OF_VALUES}", [source.name]
    )


def columns_of(source: Source) -> str:
    """The columns of the contract, for a query."""
    return ", ".join(f'"{column}"' for column in source.columns)


def value(connection: duckdb.DuckDBPyConnection, query: str, parameters: list | None = None):
    """The one value of a query; of a statement that changes rows, how many they are."""
    return connection.execute(query, parameters or []).fetchone()[0]


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All of it, or nothing."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
