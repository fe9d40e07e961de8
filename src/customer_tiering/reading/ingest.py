"""Registers the raw export in DuckDB: every source of the contract as text, in schema `raw`.

    raw.<source>          view: source_row, loaded_in, decimal_sign and date_order (of its file),
                          then the columns of the contract, all text
    raw.<source>_lines    table behind the view, of the files that are copied
    raw.unreadable_lines  table: what could not be read, with its place in the file
    raw.source_files      table: the files of each source; by it we know what is loaded
    raw.source_loads      table: what each load did to a source
    raw.settings          table: what settings.csv says
    raw.reading_notes     table: what people should be told of the files
    raw.forgotten_ids     table: whose records are kept out, by the source `deletions`
    raw.connected_ids     table: other ids of these people; and their records: see connected.py

A Parquet file is not copied. A text file is loaded once, and again only when it or the way it
is read has changed, so that a dbt command that finds nothing new does not read it. Every run that
finds something new is a load, numbered from 1.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb

from customer_tiering.reading.connected import keep_leaving
from customer_tiering.reading.contract import DELETIONS, Source
from customer_tiering.reading.file_reader import ReadFile, drop_read, file_reader, parquet_rows
from customer_tiering.reading.forgotten import ids_in, is_forgotten, line_is_forgotten
from customer_tiering.reading.raw_tables import (
    LAST_NOTED,
    columns_of,
    create_tables,
    has_files,
    insert_file,
    insert_style_notes,
    insert_unreadable,
    keep_notes,
    keep_settings,
    known_by,
    known_encodings,
    known_files,
    read_all_again,
    reading_of,
    remove,
    transaction,
    value,
)
from customer_tiering.reading.reading_notes import ReadingNote
from customer_tiering.reading.reporting_currency import with_currency
from customer_tiering.reading.source_plan import (
    ROWS_OF_A_FILE,
    FilePlan,
    InputError,
    SourcePlan,
    plan_folder,
)
from customer_tiering.reading.text_files import UnusableFileError

__all__ = ["InputError", "reading_of", "register_sources"]

# What is said of each record beside its values.
_OF_THE_RECORD = "source_row, loaded_in, decimal_sign, date_order"


def register_sources(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    anew: bool = False,
    notes: Sequence[ReadingNote] = (),
    is_for_a_build: bool = True,
) -> None:
    """Make every source of the contract readable as `raw.<source>`.

    Each source is registered in one transaction with the note of what it was read from: a
    process that is killed leaves the state before, or after, and nothing between. What is left
    to do is known from the notes, and the next run does it.

    Args:
        connection: an open connection; its current database is written to.
        folder: the folder of the export.
        anew: whether to read again what seems to be unchanged by its size and time.
        notes: what else people should be told of it.
        is_for_a_build: whether somebody is going to look who else is to be forgotten.

    Raises:
        InputError: with all problems of all files. No source is touched unless every file can
            be opened and has the columns that it needs.
    """
    folder = Path(folder)
    create_tables(connection)
    if anew:
        read_all_again(connection)
    plan = plan_folder(folder, known_encodings(connection))
    load = value(connection, "select coalesce(max(load), 0) + 1 from raw.source_loads")
    problems = []
    with file_reader(connection) as read:
        # First who is to be forgotten, so that nothing of theirs is taken over. The orders come
        # before their items: they say which items to leave out.
        for source in sorted(plan.sources, key=lambda source: source.source.name != DELETIONS):
            try:
                _update(connection, source, load, read)
            except UnusableFileError as error:
                problems.append(str(error))
        if not problems:
            keep_leaving(connection, plan.sources, read, is_for_a_build)
    if problems:
        raise InputError(folder, problems)
    stated = connection.execute(
        "select source, string_agg(currencies, ' ') from raw.source_files"
        " where source_file is not null group by source"
    ).fetchall()
    remembered = value(
        connection, "select max(value) from raw.settings where setting = 'reporting_currency'"
    )
    settings, found = with_currency(folder, plan, dict(stated), remembered)
    keep_settings(connection, settings)
    keep_notes(connection, [*found, *notes])


def _update(
    connection: duckdb.DuckDBPyConnection,
    plan: SourcePlan,
    load: int,
    read: Callable[[FilePlan], ReadFile],
) -> None:
    """Bring what `raw` holds of a source to the state of its files, all at once."""
    source = plan.source
    known = known_files(connection, source)
    wanted = known_by(plan)
    if known == wanted:
        if _is_to_clean(connection, source):
            with transaction(connection):
                if _clean(connection, plan.files, load):
                    _create_view(connection, plan)
                    _note_load(connection, source, load, "replaced")
        return

    kept = _files_to_keep(connection, source, known, wanted)
    new = plan.files[kept:]
    try:
        files = [read(file) for file in new]
        with transaction(connection):
            is_added = kept > 0 or not _was_loaded(connection, source)
            if kept == 0:
                remove(connection, source)
            elif _is_to_clean(connection, source):
                is_added = not _clean(connection, plan.files[:kept], load)
            for file in files:
                _take_over(connection, file, load)
            if not plan.files:
                insert_file(connection, wanted[0], load)
            _create_view(connection, plan)
            if source.name == DELETIONS:
                _note_forgotten_customers(connection, load)
            if plan.files or has_files(known):
                _note_load(connection, source, load, "added" if is_added else "replaced")
    finally:
        for file in new:
            drop_read(connection, file)


def _files_to_keep(
    connection: duckdb.DuckDBPyConnection, source: Source, known: list[tuple], wanted: list[tuple]
) -> int:
    """How many files, the first ones, stay as they are; 0 if the source is to be loaded anew."""
    # The list of deletions is short, and counts as another one whatever changes.
    if source.name == DELETIONS or not has_files(known):
        return 0
    return len(known) if wanted[: len(known)] == known else 0


def _take_over(connection: duckdb.DuckDBPyConnection, read: ReadFile, load: int) -> None:
    """Add a file to what `raw` holds of its source, without those who are to be forgotten."""
    file, source = read.plan, read.plan.source
    forgotten = 0
    if file.file.has_rows:
        forgotten = _count_forgotten(connection, source, read.rows, load)
        if file.is_copied:
            types = ", ".join(f'"{column}" varchar' for column in source.columns)
            connection.execute(f"""
                create table if not exists raw.{source.name}_lines (
                    source_row bigint, loaded_in bigint,
                    decimal_sign varchar, date_order varchar, {types}
                );
                insert into raw.{source.name}_lines
                select {file.rows_before} + source_row, {load},
                    {_constants(read.style.decimal_sign, read.style.date_order)},
                    {columns_of(source)}
                from {read.rows} as records
                where not {is_forgotten(source.name, "records")}
            """)
    insert_unreadable(connection, read)
    lines = _forget_lines(connection, file)
    row = (source.name, file.number, *reading_of(file))
    counts = (len(read.unreadable) - lines, forgotten + lines, read.left_out)
    style = read.style
    written = (style.decimal_sign, style.date_order, " ".join(style.currencies))
    insert_file(connection, row, load, counts, written)
    insert_style_notes(connection, read)


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
            select * replace (cast({load} as bigint) as loaded_in)
            from raw.{source.name}_lines as records
            where not {is_forgotten(source.name, "records")}
        """)
    connection.execute(
        f"update raw.source_files set cleaned_of = {LAST_NOTED},"
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
    if file.is_copied:
        rows = (
            f"(select * from raw.{name}_lines where source_row > {file.rows_before}"
            f" and source_row <= {file.rows_before + ROWS_OF_A_FILE})"
        )
    else:
        # Nothing is removed from it, so that all who were ever left out are counted again.
        rows = parquet_rows(file)
        of_file = "from raw.source_files where source = ? and file_number = ?"
        before = value(connection, f"select rows_forgotten {of_file}", where)
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
    if not value(connection, "select exists (from raw.forgotten_ids)"):
        return 0
    forgotten = f"{rows} as records where {is_forgotten(source.name, 'records')}"
    if source.name == "orders":
        _note_ids(
            connection, "order_id", ids_in("order_id", f"(select order_id from {forgotten})"), load
        )
    return value(connection, f"select count(*) from {forgotten}")


def _forget_lines(connection: duckdb.DuckDBPyConnection, file: FilePlan) -> int:
    """Delete the unreadable lines of a file that are to be forgotten; returns how many."""
    return value(
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
    taken_back = value(
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
    return source.name != DELETIONS and value(
        connection,
        f"select coalesce({LAST_NOTED} > min(cleaned_of), false) from raw.source_files"
        " where source = ? and source_file is not null",
        [source.name],
    )


def _create_view(connection: duckdb.DuckDBPyConnection, plan: SourcePlan) -> None:
    """Create the view of a source: the lines of its text files, and its Parquet files."""
    source, columns = plan.source, columns_of(plan.source)
    rows = []
    if _has_lines(plan.files):
        rows.append(f"select {_OF_THE_RECORD}, {columns} from raw.{source.name}_lines")
    noted = connection.execute(
        "select file_number, loaded_in, decimal_sign, date_order from raw.source_files"
        " where source = ?",
        [source.name],
    ).fetchall()
    of_file = {number: rest for number, *rest in noted}
    for file in plan.files:
        if file.file.has_rows and not file.is_copied:
            load, sign, order = of_file[file.number]
            rows.append(
                f"select cast({file.rows_before} + source_row as bigint) as source_row,"
                f" cast({load} as bigint) as loaded_in, {_constants(sign, order)}, {columns}"
                f" from {parquet_rows(file)} as records"
                f" where not {is_forgotten(source.name, 'records')}"
            )
    if source.name == DELETIONS and rows:
        others = "null, 1, '.', null, connected.id" + ", null" * (len(source.columns) - 1)
        asked = ids_in("customer_id", f"({' union all '.join(rows)})")
        rows.append(
            f"select {others} from raw.connected_ids as connected where asked_id in ({asked})"
        )
    if not rows:
        nulls = ", ".join(f'cast(null as varchar) as "{column}"' for column in source.columns)
        numbers = "cast(null as bigint) as source_row, cast(null as bigint) as loaded_in"
        rows.append(f"select {numbers}, {_constants('.', None)}, {nulls} where false")
    connection.execute(f"create or replace view raw.{source.name} as {' union all '.join(rows)}")


def _constants(decimal_sign: str, date_order: str | None) -> str:
    """The two columns that say how a file is written; their values come from `FileStyle`."""
    order = f"'{date_order}'" if date_order else "null"
    return f"'{decimal_sign}' as decimal_sign, cast({order} as varchar) as date_order"


def _has_lines(files: tuple[FilePlan, ...]) -> bool:
    return any(file.is_copied and file.file.has_rows for file in files)


def _was_loaded(connection: duckdb.DuckDBPyConnection, source: Source) -> bool:
    loads = "select exists (from raw.source_loads where source = ?)"
    return value(connection, loads, [source.name])


def _note_load(connection: duckdb.DuckDBPyConnection, source: Source, load: int, kind: str) -> None:
    connection.execute("insert into raw.source_loads values (?, ?, ?)", [source.name, load, kind])
