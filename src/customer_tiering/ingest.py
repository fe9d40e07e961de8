"""Registers the raw export in DuckDB: every source of the contract as text, in schema `raw`.

    raw.<source>          view: source_row, loaded_in, then the columns of the contract, all text
    raw.<source>_lines    table behind the view, of the text files
    raw.unreadable_lines  table: what could not be read, with its place in the file
    raw.source_files      table: the files of each source; by it we know what is loaded
    raw.source_loads      table: what each load did to a source
    raw.forgotten_ids     table: whose records are kept out, by the source `deletions`

A Parquet file is not copied. A text file is loaded once, and again only when it or the way it
is read has changed, so that a dbt command that finds nothing new does not read it. Every run that
finds something new is a load, numbered from 1.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa

from customer_tiering.contract import DELETIONS, Source
from customer_tiering.file_reader import ReadFile, drop_read, file_reader, parquet_rows
from customer_tiering.forgotten import ids_in, is_forgotten, line_is_forgotten
from customer_tiering.source_plan import (
    ROWS_OF_A_FILE,
    FilePlan,
    FileVersion,
    InputError,
    SourcePlan,
    plan_sources,
)
from customer_tiering.text_files import UnusableFileError

__all__ = ["InputError", "reading_of", "register_sources"]

# Remembered with a loaded file; raise it when the same file would now load differently.
LOADER_VERSION = 2

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
    rows_forgotten bigint      -- records and lines left out because of forgotten_ids
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
_LAST_NOTED = "(select coalesce(max(noted_in), 0) from raw.forgotten_ids)"

# The columns of raw.source_files by which a file is known: if they are the same, so is the data.
_KNOWN_BY = 10


def register_sources(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make every source of the contract readable as `raw.<source>`.

    Each source is registered in one transaction with the note of what it was read from: a
    process that is killed leaves the state before, or after, and nothing between. What is left
    to do is known from the notes, and the next run does it.

    Args:
        connection: an open connection; its current database is written to.
        folder: the folder of the export.

    Raises:
        InputError: with all problems of all files. No source is touched unless every file can
            be opened and has the columns that it needs.
    """
    folder = Path(folder)
    _create_tables(connection)
    plans = plan_sources(folder, _known_encodings(connection))
    load = _value(connection, "select coalesce(max(load), 0) + 1 from raw.source_loads")
    problems = []
    with file_reader(connection) as read:
        # First who is to be forgotten, so that nothing of theirs is taken over. The orders come
        # before their items: they say which items to leave out.
        for plan in sorted(plans, key=lambda plan: plan.source.name != DELETIONS):
            try:
                _update(connection, plan, load, read)
            except UnusableFileError as error:
                problems.append(str(error))
    if problems:
        raise InputError(folder, problems)


def reading_of(plan: FilePlan) -> tuple:
    """Name, format, encoding, columns, version of a file and the loader's: the same, same data."""
    file = plan.file
    names = [None if position is None else file.header[position] for position in plan.positions]
    columns = json.dumps(dict(zip(plan.source.columns, names, strict=True)), ensure_ascii=False)
    file_format = "text" if file.text else "parquet"
    encoding = file.text.encoding if file.text else None
    return (file.name, file_format, encoding, columns, *file.version, LOADER_VERSION)


def _update(
    connection: duckdb.DuckDBPyConnection,
    plan: SourcePlan,
    load: int,
    read: Callable[[FilePlan], ReadFile],
) -> None:
    """Bring what `raw` holds of a source to the state of its files, all at once."""
    source = plan.source
    known = _known_files(connection, source)
    wanted = _known_by(plan)
    if known == wanted:
        if _is_to_clean(connection, source):
            with _transaction(connection):
                if _clean(connection, plan.files, load):
                    _create_view(connection, plan)
                    _note_load(connection, source, load, "replaced")
        return

    kept = _files_to_keep(connection, source, known, wanted)
    new = plan.files[kept:]
    try:
        files = [read(file) if file.file.has_rows else ReadFile(file, "", []) for file in new]
        with _transaction(connection):
            is_added = kept > 0 or not _was_loaded(connection, source)
            if kept == 0:
                _remove(connection, source)
            elif _is_to_clean(connection, source):
                is_added = not _clean(connection, plan.files[:kept], load)
            for file in files:
                _take_over(connection, file, load)
            if not plan.files:
                _insert_file(connection, wanted[0], load, 0, 0)
            _create_view(connection, plan)
            if source.name == DELETIONS:
                _note_forgotten_customers(connection, load)
            if plan.files or _has_files(known):
                _note_load(connection, source, load, "added" if is_added else "replaced")
    finally:
        for file in new:
            drop_read(connection, file)


def _files_to_keep(
    connection: duckdb.DuckDBPyConnection, source: Source, known: list[tuple], wanted: list[tuple]
) -> int:
    """How many files, the first ones, stay as they are; 0 if the source is to be loaded anew."""
    # The list of deletions is short, and counts as another one whatever changes.
    if source.name == DELETIONS or not _has_files(known):
        return 0
    return len(known) if wanted[: len(known)] == known else 0


def _take_over(connection: duckdb.DuckDBPyConnection, read: ReadFile, load: int) -> None:
    """Add a file to what `raw` holds of its source, without those who are to be forgotten."""
    file, source = read.plan, read.plan.source
    forgotten = 0
    if file.file.has_rows:
        forgotten = _count_forgotten(connection, source, read.rows, load)
        if file.file.text:
            types = ", ".join(f'"{column}" varchar' for column in source.columns)
            connection.execute(f"""
                create table if not exists raw.{source.name}_lines (
                    source_row bigint, loaded_in bigint, {types}
                );
                insert into raw.{source.name}_lines
                select {file.rows_before} + source_row, {load}, {_columns(source)}
                from {read.rows} as records
                where not {is_forgotten(source.name, "records")}
            """)
    _insert_unreadable(connection, read)
    lines = _forget_lines(connection, file)
    row = (source.name, file.number, *reading_of(file))
    _insert_file(connection, row, load, len(read.unreadable) - lines, forgotten + lines)


def _clean(connection: duckdb.DuckDBPyConnection, files: tuple[FilePlan, ...], load: int) -> bool:
    """Remove those who are to be forgotten from the files of a source that were loaded earlier.

    Returns:
        Whether there was any such record or line; then all records count as loaded anew.
    """
    source = files[0].source
    removed = sum([_clean_file(connection, file, load) for file in files])
    if removed and _has_lines(files):
        # Written anew: deleting would only mark the rows, and they are to be gone.
        connection.execute(f"""
            create or replace table raw.{source.name}_lines as
            select source_row, cast({load} as bigint) as loaded_in, {_columns(source)}
            from raw.{source.name}_lines as records
            where not {is_forgotten(source.name, "records")}
        """)
    connection.execute(
        f"update raw.source_files set cleaned_of = {_LAST_NOTED},"
        " loaded_in = if(?, ?, loaded_in) where source = ?",
        [removed > 0, load, source.name],
    )
    return removed > 0


def _clean_file(connection: duckdb.DuckDBPyConnection, file: FilePlan, load: int) -> int:
    """Forget the lines of a file and count what else is to be forgotten; returns both, new ones."""
    if not file.file.has_rows:
        return 0
    name, where = file.source.name, [file.source.name, file.number]
    before = 0
    if file.file.text:
        rows = (
            f"(select * from raw.{name}_lines where source_row > {file.rows_before}"
            f" and source_row <= {file.rows_before + ROWS_OF_A_FILE})"
        )
    else:
        # Nothing is removed from it, so that all who were ever left out are counted again.
        rows = parquet_rows(file)
        of_file = "from raw.source_files where source = ? and file_number = ?"
        before = _value(connection, f"select rows_forgotten {of_file}", where)
    lines = _forget_lines(connection, file)
    removed = _count_forgotten(connection, file.source, rows, load) - before + lines
    connection.execute(
        "update raw.source_files set rows_unreadable = rows_unreadable - ?,"
        " rows_forgotten = rows_forgotten + ? where source = ? and file_number = ?",
        [lines, removed, *where],
    )
    return removed


def _count_forgotten(
    connection: duckdb.DuckDBPyConnection, source: Source, rows: str, load: int
) -> int:
    """How many of some rows are to be forgotten; if they are orders, their ids are noted."""
    if not _value(connection, "select exists (from raw.forgotten_ids)"):
        return 0
    forgotten = f"{rows} as records where {is_forgotten(source.name, 'records')}"
    if source.name == "orders":
        _note_ids(
            connection, "order_id", ids_in("order_id", f"(select order_id from {forgotten})"), load
        )
    return _value(connection, f"select count(*) from {forgotten}")


def _forget_lines(connection: duckdb.DuckDBPyConnection, file: FilePlan) -> int:
    """Delete the unreadable lines of a file that are to be forgotten; returns how many."""
    return _value(
        connection,
        "delete from raw.unreadable_lines as lines"
        f" where source = ? and source_file = ? and {line_is_forgotten('lines')}",
        [file.source.name, file.file.name],
    )


def _note_forgotten_customers(connection: duckdb.DuckDBPyConnection, load: int) -> None:
    """Bring the forgotten ids to what `raw.deletions` says.

    Where an id is no longer in the list, what it took away is read again: the source files are
    marked as read by no loader.
    """
    now = ids_in("customer_id", "raw.deletions")
    taken_back = _value(
        connection,
        "delete from raw.forgotten_ids"
        f" where column_name = 'customer_id' and id not in (select id from ({now}))",
    )
    if taken_back:
        connection.execute("delete from raw.forgotten_ids where column_name = 'order_id'")
        connection.execute(
            "update raw.source_files set loader_version = null where rows_forgotten > 0"
        )
    _note_ids(connection, "customer_id", now, load)


def _note_ids(connection: duckdb.DuckDBPyConnection, column: str, ids: str, load: int) -> None:
    """Add to the forgotten ids what a query has more than they."""
    connection.execute(
        f"insert into raw.forgotten_ids select ?, id, ? from ({ids})"
        " where id not in (select id from raw.forgotten_ids where column_name = ?)",
        [column, load, column],
    )


def _is_to_clean(connection: duckdb.DuckDBPyConnection, source: Source) -> bool:
    """Whether ids were noted after the files of a source were last cleaned."""
    return source.name != DELETIONS and _value(
        connection,
        f"select coalesce({_LAST_NOTED} > min(cleaned_of), false) from raw.source_files"
        " where source = ? and source_file is not null",
        [source.name],
    )


def _create_view(connection: duckdb.DuckDBPyConnection, plan: SourcePlan) -> None:
    """Create the view of a source: the lines of its text files, and its Parquet files."""
    source, columns = plan.source, _columns(plan.source)
    rows = []
    if _has_lines(plan.files):
        rows.append(f"select source_row, loaded_in, {columns} from raw.{source.name}_lines")
    loads = dict(
        connection.execute(
            "select file_number, loaded_in from raw.source_files where source = ?", [source.name]
        ).fetchall()
    )
    rows += [
        f"select cast({file.rows_before} + source_row as bigint) as source_row,"
        f" cast({loads[file.number]} as bigint) as loaded_in, {columns}"
        f" from {parquet_rows(file)} as records where not {is_forgotten(source.name, 'records')}"
        for file in plan.files
        if file.file.has_rows and not file.file.text
    ]
    if not rows:
        nulls = ", ".join(f'cast(null as varchar) as "{column}"' for column in source.columns)
        numbers = "cast(null as bigint) as source_row, cast(null as bigint) as loaded_in"
        rows.append(f"select {numbers}, {nulls} where false")
    connection.execute(f"create or replace view raw.{source.name} as {' union all '.join(rows)}")


def _insert_unreadable(connection: duckdb.DuckDBPyConnection, read: ReadFile) -> None:
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


def _insert_file(
    connection: duckdb.DuckDBPyConnection,
    known_by: tuple,
    load: int,
    unreadable: int,
    forgotten: int,
) -> None:
    known = ", ".join("?" * len(known_by))
    connection.execute(
        f"insert into raw.source_files select {known}, ?, {_LAST_NOTED}, ?, ?",
        [*known_by, load, unreadable, forgotten],
    )


def _remove(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Remove all that `raw` holds of a source but its view, which is replaced, and its loads."""
    connection.execute(f"drop table if exists raw.{source.name}_lines")
    connection.execute("delete from raw.unreadable_lines where source = ?", [source.name])
    connection.execute("delete from raw.source_files where source = ?", [source.name])


def _create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the tables of the notes; those of an earlier form go, and all is read anew."""
    connection.execute(_TABLES)
    columns = connection.execute("describe raw.source_files").fetchall()
    if "file_number" not in [column[0] for column in columns]:
        connection.execute(f"drop table raw.source_files; {_TABLES}")


def _known_by(plan: SourcePlan) -> list[tuple]:
    """The first columns of raw.source_files as the files of a plan would make them."""
    name = plan.source.name
    if not plan.files:
        columns = json.dumps(dict.fromkeys(plan.source.columns))
        return [(name, None, None, None, None, columns, None, None, None, LOADER_VERSION)]
    return [(name, file.number, *reading_of(file)) for file in plan.files]


def _known_files(connection: duckdb.DuckDBPyConnection, source: Source) -> list[tuple]:
    rows = connection.execute(
        "from raw.source_files where source = ? order by file_number", [source.name]
    ).fetchall()
    return [row[:_KNOWN_BY] for row in rows]


def _has_files(known: list[tuple]) -> bool:
    return any(row[2] is not None for row in known)


def _has_lines(files: tuple[FilePlan, ...]) -> bool:
    return any(file.file.text and file.file.has_rows for file in files)


def _was_loaded(connection: duckdb.DuckDBPyConnection, source: Source) -> bool:
    loads = "select exists (from raw.source_loads where source = ?)"
    return _value(connection, loads, [source.name])


def _note_load(connection: duckdb.DuckDBPyConnection, source: Source, load: int, kind: str) -> None:
    connection.execute("insert into raw.source_loads values (?, ?, ?)", [source.name, load, kind])


def _known_encodings(connection: duckdb.DuckDBPyConnection) -> dict[FileVersion, str]:
    """Encodings that earlier runs found, by the version of the file."""
    rows = connection.execute(
        "select source_path, file_bytes, file_changed_ns, encoding from raw.source_files"
        " where encoding is not null"
    ).fetchall()
    return {tuple(version): encoding for *version, encoding in rows}


def _columns(source: Source) -> str:
    return ", ".join(f'"{column}"' for column in source.columns)


def _value(connection: duckdb.DuckDBPyConnection, query: str, parameters: list | None = None):
    """The one value of a query; of a statement that changes rows, how many they are."""
    return connection.execute(query, parameters or []).fetchone()[0]


@contextmanager
def _transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()
