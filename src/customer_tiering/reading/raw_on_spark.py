"""Registers the raw export on Spark: the same schema `raw` as `ingest` makes on DuckDB.

    raw.<source>          view: source_row, loaded_in (always 1: everything is read in each run),
                          decimal_sign and date_order (of its file), then the columns of the
                          contract, all text
    raw.unreadable_lines  view: what could not be read, with its place in the file
    raw.source_files      view: the files of each source
    raw.settings          view: what settings.csv says
    raw.reading_notes     view: what people should be told of the files
    raw.forgotten_ids     view: whose records are kept out, where there is a source `deletions`;
                          raw.<source>_files are then the views with these records
    raw.connected_ids     table: other ids of these people; raw.leaving_<source> are the views of
                          their records (see connected.py)

A Parquet file is read where it is, unless Spark would read it otherwise or not at all. Such a file,
and any text file, is first written as Parquet by the very reader that DuckDB has (encodings, broken
lines, the number of each record), into the landing folder, and again only when it or the way it is
read has changed. There, too, stands how each file writes numbers and dates.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from customer_tiering.reading import forgotten
from customer_tiering.reading.connected import LEAVING
from customer_tiering.reading.contract import DELETIONS, SOURCES
from customer_tiering.reading.file_reader import ReadFile, drop_read, file_reader
from customer_tiering.reading.file_style import FileStyle
from customer_tiering.reading.forgotten import line_is_forgotten
from customer_tiering.reading.raw_tables import reading_of
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

Execute = Callable[[str], object]

ids_in = partial(forgotten.ids_in, spark=True)
is_forgotten = partial(forgotten.is_forgotten, spark=True)

# Names of landed files: source, version, and what is in it.
OURS = re.compile(r"[a-z_]+-[0-9a-f]{16}(-unreadable)?\.(parquet|json|unfinished)")

# Of a path in which nothing can be a pattern or a part of an address, for Spark.
PLAIN_PATH = re.compile(r"[\w./ -]+")

# Parts of one view: catalogs keep its text, and Derby no more than 32,700 characters.
PARTS_OF_A_VIEW = 20
ROWS_OF_A_PART = 5

# Sources whose records may belong to somebody who is to be forgotten.
_OWNED = [source.name for source in SOURCES.values() if source.forgotten_by]

LOADED_IN = "cast(1 as bigint) as loaded_in"

NO_LOADS = (
    "select cast(null as string) as source, cast(null as bigint) as load,"
    " cast(null as string) as kind where false"
)

UNREADABLE_COLUMNS = {
    "source": "string",
    "source_file": "string",
    "source_row": "bigint",
    "line": "string",
    "error": "string",
}
UNREADABLE_SCHEMA = pa.schema(
    [
        (name, pa.int64() if type_ == "bigint" else pa.string())
        for name, type_ in UNREADABLE_COLUMNS.items()
    ]
)


@dataclass(frozen=True)
class Landed:
    """What the landing folder has of one file.

    Attributes:
        plan: the file.
        records: the records that could be read, numbered as in their source; None if they are
            read where they are.
        unreadable: the lines that could not, in the columns of raw.unreadable_lines; None, too.
        style: how it writes numbers and dates, and how many records are left out, as JSON.
    """

    plan: FilePlan
    records: Path | None
    unreadable: Path | None
    style: Path

    def read_notes(self) -> dict:
        """What the reading found out about the file."""
        return json.loads(self.style.read_text("utf-8"))

    def read_style(self) -> FileStyle:
        """How the file writes numbers and dates."""
        found = self.read_notes()
        notes = tuple((code, detail) for code, detail in found["notes"])
        return FileStyle(
            found["decimal_sign"], found["date_order"], notes, tuple(found["currencies"])
        )


def register_sources(execute: Execute, folder: Path, landing: Path, anew: bool = False) -> None:
    """Make every source of the contract readable as `raw.<source>`.

    Args:
        execute: runs one statement on Spark.
        folder: the folder of the export; dbt's machine and the workers see it by the same path.
        landing: the folder for text files as Parquet; the same holds for it.
        anew: whether to land again what seems to be unchanged by its size and time.

    Raises:
        InputError: with all problems of all files. Nothing is registered then.
    """
    planned = plan_folder(folder)
    plans = planned.sources
    landed = land_files(folder, plans, landing.resolve(), anew)
    execute("create schema if not exists raw")
    execute("create table if not exists raw.connected_ids (asked_id string, id string)")
    forget = any(plan.source.name == DELETIONS and plan.files for plan in plans)
    for plan in plans:
        filtered = forget and (bool(plan.source.forgotten_by) or plan.source.name == DELETIONS)
        _create_view(
            execute, f"{plan.source.name}{'_files' if filtered else ''}", _rows_of(plan, landed)
        )
    lines = _unreadable_lines(landed)
    if forget:
        _create_view(execute, "unreadable_lines_files", [lines])
        _forget(execute)
    else:
        _create_view(execute, "unreadable_lines", [lines])
        for name in LEAVING:
            _create_view(execute, f"leaving_{name}", [f"select * from raw.{name} where false"])
    _create_view(execute, "source_files_listed", _listed(plans, landed))
    _create_view(execute, "source_files", [_source_files(forget)])
    stated = {}
    for each in landed:
        name = each.plan.source.name
        stated[name] = " ".join([stated.get(name, ""), *each.read_style().currencies])
    settings, notes = with_currency(folder, planned, stated, None)
    _create_view(execute, "settings", _texts(["setting", "value"], settings))
    _create_view(execute, "reading_notes", _reading_notes(notes, landed))
    # Every run reads every record here.
    _create_view(execute, "source_loads", [NO_LOADS])


def _forget(execute: Execute) -> None:
    """Create the views without the records of those who are to be forgotten."""
    asked = ids_in("customer_id", f"raw.{DELETIONS}_files")
    nulls = ", ".join(f"{_text(None)} as {column}" for column in SOURCES[DELETIONS].columns[1:])
    connected = (
        f"select cast(null as bigint) as source_row, {LOADED_IN}, '.' as decimal_sign,"
        f" {_text(None)} as date_order, id as customer_id, {nulls}"
        f" from raw.connected_ids where asked_id in ({asked})"
    )
    _create_view(execute, DELETIONS, [f"select * from raw.{DELETIONS}_files", connected])
    customers = ids_in("customer_id", f"raw.{DELETIONS}")
    customers = f"select 'customer_id' as column_name, id from ({customers})"
    _create_view(execute, "forgotten_customers", [customers])
    theirs = is_forgotten("orders", "records", "raw.forgotten_customers")
    orders = ids_in(
        "order_id", f"(select order_id from raw.orders_files as records where {theirs})"
    )
    orders = f"select 'order_id' as column_name, id from ({orders})"
    _create_view(execute, "forgotten_ids", ["select * from raw.forgotten_customers", orders])
    for name in _OWNED:
        kept = f"from raw.{name}_files as records where not {is_forgotten(name, 'records')}"
        _create_view(execute, name, [f"select * {kept}"])
    for name in LEAVING:
        theirs = f"{is_forgotten(name, 'records', 'raw.forgotten_customers')}"
        leaving = f"select * from raw.{name}_files as records where {theirs}"
        _create_view(execute, f"leaving_{name}", [leaving])
    kept = f"from raw.unreadable_lines_files as lines where not {line_is_forgotten('lines')}"
    _create_view(execute, "unreadable_lines", [f"select * {kept}"])


def land_files(
    folder: Path, plans: Sequence[SourcePlan], landing: Path, anew: bool = False
) -> list[Landed]:
    """Write what Spark cannot read as it is as Parquet, unless it is there already.

    Args:
        folder: the folder of the export.
        plans: what `plan_sources` gave for it.
        landing: where to write; made where it is missing. Older versions are removed.
        anew: whether to write what is there already, too.

    Returns:
        What is there of the files that have rows, by now or earlier.

    Raises:
        InputError: if a file has rows and none of them can be read, or it is damaged.
    """
    landed = [_landed(file, landing) for plan in plans for file in plan.files if file.file.has_rows]
    missing = [files for files in landed if anew or not files.style.exists()]
    problems = []
    if missing:
        landing.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as reader, file_reader(reader) as read:
            for files in missing:
                try:
                    _write(reader, read(files.plan), files)
                except UnusableFileError as error:
                    problems.append(str(error))
                finally:
                    drop_read(reader, files.plan)
    if problems:
        raise InputError(folder, problems)
    in_use = {path for each in landed for path in (each.records, each.unreadable, each.style)}
    for path in set(landing.glob("*")) - in_use:
        if OURS.fullmatch(path.name):
            path.unlink()
    return landed


def _must_land(plan: FilePlan) -> bool:
    """Whether Spark would not read a file as DuckDB does.

    Of Parquet: names that Spark takes for patterns or leaves out; columns that it cannot tell
    apart; doubles, which become other texts (1.2E7), and time stamps in nanoseconds, as pandas
    writes both; and what it does not know, times of a day and UUIDs.
    """
    path, schema = plan.file.path, plan.file.schema
    if plan.is_copied or not PLAIN_PATH.fullmatch(str(path)) or path.name[0] in "._":
        return True
    types = [schema.field(n).type for n in plan.used]
    return any(
        pa.types.is_floating(each)
        or (pa.types.is_timestamp(each) and each.unit == "ns")
        or pa.types.is_time(each)
        or pa.types.is_fixed_size_binary(each)
        or isinstance(each, pa.BaseExtensionType)
        for each in types
    )


def _landed(plan: FilePlan, landing: Path) -> Landed:
    """Where a file lands: its version, its number and the way it is read are in the name."""
    version = hashlib.sha256(repr((plan.number, *reading_of(plan))).encode()).hexdigest()[:16]
    stem = f"{plan.source.name}-{version}"
    style = landing / f"{stem}.json"
    if not _must_land(plan):
        return Landed(plan, None, None, style)
    return Landed(plan, landing / f"{stem}.parquet", landing / f"{stem}-unreadable.parquet", style)


def _write(reader: duckdb.DuckDBPyConnection, read: ReadFile, files: Landed) -> None:
    source, file = read.plan.source, read.plan.file.name
    unfinished = files.style.with_suffix(".unfinished")
    if files.records:
        named = {"source": source.name, "source_file": file}
        lines = [named | vars(line) for line in read.unreadable]
        pq.write_table(pa.Table.from_pylist(lines, UNREADABLE_SCHEMA), unfinished)
        unfinished.replace(files.unreadable)
        sign, order = read.style.decimal_sign, read.style.date_order
        reader.execute(f"""
            copy (
                select
                    {read.plan.rows_before} + source_row as source_row,
                    {_text(sign)} as decimal_sign,
                    {_text(order)} as date_order,
                    {", ".join(source.columns)}
                from {read.rows} order by source_row
            ) to '{str(unfinished).replace("'", "''")}' (format parquet)
        """)
        unfinished.replace(files.records)
    # Last: whoever finds it finds the others, too.
    notes = vars(read.style) | {"left_out": read.left_out}
    unfinished.write_text(json.dumps(notes), "utf-8")
    unfinished.replace(files.style)


def _create_view(execute: Execute, name: str, parts: list[str]) -> None:
    """Create a view as the union of its parts; many parts become views of their own first."""
    if len(parts) > PARTS_OF_A_VIEW:
        steps = [parts[n : n + PARTS_OF_A_VIEW] for n in range(0, len(parts), PARTS_OF_A_VIEW)]
        for number, step in enumerate(steps):
            _create_view(execute, f"{name}_{number}", step)
        parts = [f"select * from raw.{name}_{number}" for number in range(len(steps))]
    execute(f"create or replace view raw.{name} as {' union all '.join(parts)}")


def _rows_of(plan: SourcePlan, landed: list[Landed]) -> list[str]:
    """The queries whose union is a source: one of the landed files, one of each other file."""
    columns = ", ".join(plan.source.columns)
    parts, here = [], []
    for files in landed:
        file, style = files.plan, files.read_style()
        if file.source != plan.source:
            continue
        if files.records:
            here.append(files.records)
        else:
            parts.append(
                f"select cast({file.rows_before} + _metadata.row_index + 1 as bigint)"
                f" as source_row, {LOADED_IN}, {_text(style.decimal_sign)} as decimal_sign,"
                f" {_text(style.date_order)} as date_order,"
                f" {_values(file)} from {_parquet([file.file.path])}"
            )
    if here:
        known = f"source_row, {LOADED_IN}, decimal_sign, date_order"
        parts.append(f"select {known}, {columns} from {_parquet(here)}")
    if not parts:
        nulls = ", ".join(f"{_text(None)} as {column}" for column in plan.source.columns)
        parts.append(
            f"select cast(null as bigint) as source_row, {LOADED_IN}, '.' as decimal_sign,"
            f" {_text(None)} as date_order, {nulls} where false"
        )
    return parts


def _unreadable_lines(landed: list[Landed]) -> str:
    here = [files.unreadable for files in landed if files.unreadable]
    if here:
        return f"select {', '.join(UNREADABLE_COLUMNS)} from {_parquet(here)}"
    empty = ", ".join(f"cast(null as {type_}) as {c}" for c, type_ in UNREADABLE_COLUMNS.items())
    return f"select {empty} where false"


def _reading_notes(notes: Sequence[ReadingNote], landed: list[Landed]) -> list[str]:
    """The queries of raw.reading_notes: of the folder, then of the values of its files."""
    rows = [(note.source, note.source_file, note.note, note.detail) for note in notes]
    rows += [
        (files.plan.source.name, files.plan.file.name, code, detail)
        for files in landed
        for code, detail in files.read_style().notes
    ]
    return _texts(["source", "source_file", "note", "detail"], rows)


def _texts(columns: list[str], rows: Sequence[Sequence[str | None]]) -> list[str]:
    """The queries whose union is some rows of texts."""
    if not rows:
        nulls = ", ".join(f"{_text(None)} as {column}" for column in columns)
        return [f"select {nulls} where false"]
    lines = [f"({', '.join(map(_text, row))})" for row in rows]
    parts = [lines[n : n + ROWS_OF_A_PART] for n in range(0, len(lines), ROWS_OF_A_PART)]
    names = ", ".join(columns)
    return [f"select * from values {', '.join(part)} as texts ({names})" for part in parts]


def _listed(plans: list[SourcePlan], landed: list[Landed]) -> list[str]:
    """The queries of all files, each with its source and number, and of sources without any."""
    left_out = {
        (each.plan.source.name, each.plan.number): each.read_notes()["left_out"] for each in landed
    }
    rows = []
    for plan in plans:
        name = plan.source.name
        rows += [
            (name, str(file.number), file.file.name, str(left_out.get((name, file.number), 0)))
            for file in plan.files
        ]
        rows += [] if plan.files else [(name, None, None, "0")]
    columns = ["source", "file_number", "source_file", "rows_left_out"]
    return _texts(columns, rows)


def _source_files(forget: bool) -> str:
    """The query of raw.source_files; what is left out is counted when it is asked."""
    files = (
        "(select source, cast(file_number as bigint) as file_number, source_file,"
        " cast(rows_left_out as bigint) as rows_left_out from raw.source_files_listed) as files"
    )
    if not forget:
        return f"select files.*, 0L as rows_forgotten from {files}"
    counts = [
        f"select '{name}' as source, (source_row - 1) div {ROWS_OF_A_FILE} as file_number,"
        f" cast(null as string) as source_file from raw.{name}_files as records"
        f" where {is_forgotten(name, 'records')}"
        for name in _OWNED
    ]
    counts.append(
        "select source, null as file_number, source_file from raw.unreadable_lines_files as lines"
        f" where {line_is_forgotten('lines')}"
    )
    return (
        "select files.source, files.file_number, files.source_file, files.rows_left_out,"
        f" count(forgotten.source) as rows_forgotten from {files}"
        f" left join ({' union all '.join(counts)}) as forgotten on forgotten.source = files.source"
        " and (forgotten.file_number = files.file_number"
        " or forgotten.source_file = files.source_file)"
        " group by files.source, files.file_number, files.source_file, files.rows_left_out"
    )


def _values(plan: FilePlan) -> str:
    """The columns of the contract, out of a Parquet file that is read where it is."""
    return ", ".join(
        f"{_as_text(plan.file.schema, position)} as {column}"
        for column, position in zip(plan.source.columns, plan.positions, strict=True)
    )


def _as_text(schema: pa.Schema, position: int | None) -> str:
    """A column of a Parquet file as the text that DuckDB makes of it."""
    if position is None:
        return "cast(null as string)"
    field = schema.field(position)
    text = f"cast(`{field.name.replace('`', '``')}` as string)"
    # Spark shows an instant in the session's zone, UTC, without saying so.
    is_instant = pa.types.is_timestamp(field.type) and field.type.tz
    return f"{text} || '+00'" if is_instant else text


def _parquet(paths: list[Path]) -> str:
    """Files of one folder as Spark reads them together; what it takes for a pattern is escaped."""
    folder = re.sub(r"[][{}*?\\]", r"\\\g<0>", str(paths[0].parent))
    names = [path.name for path in paths]
    name = names[0] if len(names) == 1 else f"{{{','.join(names)}}}"
    return f"parquet.`file://{folder.replace('`', '``')}/{name}`"


def _text(text: str | None) -> str:
    """A text in the SQL of Spark, and of DuckDB where it has neither quote nor backslash."""
    if text is None:
        return "cast(null as string)"
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
