"""Registers the raw export on Spark: the same schema `raw` as `ingest` makes on DuckDB.

    raw.<source>          view: source_row, then the columns of the contract, all text
    raw.unreadable_lines  view: what could not be read, with its place in the file
    raw.source_files      view: what each source was read from

A Parquet file is read where it is, unless it has columns that Spark reads otherwise or not at all.
Such a file, and any text file, is first written as Parquet by the very reader that DuckDB has
(encodings, broken lines, the number of each record), into the landing folder, and again only when
it or the way it is read has changed.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from customer_tiering.ingest import load_sources, source_file_row
from customer_tiering.source_plan import SourcePlan, plan_sources

Execute = Callable[[str], object]

# Names of landed files: source, version, and what is in it.
OURS = re.compile(r"[a-z_]+-[0-9a-f]{16}(-unreadable)?\.(parquet|unfinished)")

UNREADABLE_COLUMNS = {
    "source": "string",
    "source_file": "string",
    "source_row": "bigint",
    "line": "string",
    "error": "string",
}


@dataclass(frozen=True)
class Landed:
    """The Parquet files of one file that has landed.

    Attributes:
        records: the records that could be read, numbered.
        unreadable: the lines that could not, in the columns of raw.unreadable_lines.
    """

    records: Path
    unreadable: Path


def register_sources(execute: Execute, folder: Path, landing: Path) -> None:
    """Make every source of the contract readable as `raw.<source>`.

    Args:
        execute: runs one statement on Spark.
        folder: the folder of the export; dbt's machine and the workers see it by the same path.
        landing: the folder for text files as Parquet; the same holds for it.

    Raises:
        InputError: with all problems of all files. Nothing is registered then.
    """
    plans = plan_sources(folder)
    landed = land_files(folder, plans, landing.resolve())
    execute("create schema if not exists raw")
    for plan in plans:
        rows = _rows_of(plan, landed)
        execute(f"create or replace view raw.{plan.source.name} as {rows}")
    empty = ", ".join(f"cast(null as {type_}) as {c}" for c, type_ in UNREADABLE_COLUMNS.items())
    unreadable = [f"select {empty} where false"] + [
        f"select {', '.join(UNREADABLE_COLUMNS)} from {_parquet(files.unreadable)}"
        for files in landed.values()
    ]
    execute(f"create or replace view raw.unreadable_lines as {' union all '.join(unreadable)}")
    files = " union all ".join(
        f"select '{plan.source.name}' as source, "
        f"cast({_text(plan.file.name) if plan.file else 'null'} as string) as source_file"
        for plan in plans
    )
    execute(f"create or replace view raw.source_files as {files}")


def land_files(folder: Path, plans: Sequence[SourcePlan], landing: Path) -> dict[str, Landed]:
    """Write what Spark cannot read as it is as Parquet, unless it is there already.

    Args:
        folder: the folder of the export.
        plans: what `plan_sources` gave for it.
        landing: where to write; made where it is missing. Older versions are removed.

    Returns:
        The files of each source that has such a file with rows.

    Raises:
        InputError: if a file has rows and none of them can be read.
    """
    to_land = [plan for plan in plans if _must_land(plan)]
    landed = {plan.source.name: _landed(plan, landing) for plan in to_land}
    missing = [plan for plan in to_land if not landed[plan.source.name].records.exists()]
    if missing:
        landing.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as reader:
            load_sources(reader, folder, missing)
            for plan in missing:
                name = plan.source.name
                lines = f"select * from raw.unreadable_lines where source = '{name}'"
                _write(reader, lines, landed[name].unreadable)
                # Last: whoever finds it finds the other, too.
                records = f"select * from raw.{name} order by source_row"
                _write(reader, records, landed[name].records)
    in_use = {path for files in landed.values() for path in (files.records, files.unreadable)}
    for path in set(landing.glob("*")) - in_use:
        if OURS.fullmatch(path.name):
            path.unlink()
    return landed


def _must_land(plan: SourcePlan) -> bool:
    """Whether Spark would not read a file as DuckDB does.

    Of Parquet: doubles, which become other texts (1.2E7), and time stamps in nanoseconds, as
    pandas writes both.
    """
    if plan.file is None or not plan.file.has_rows:
        return False
    if plan.file.text:
        return True
    schema = pq.read_schema(plan.file.path)
    types = [schema.field(n).type for n in plan.positions if n is not None]
    return any(
        pa.types.is_floating(each) or (pa.types.is_timestamp(each) and each.unit == "ns")
        for each in types
    )


def _landed(plan: SourcePlan, landing: Path) -> Landed:
    """Where a file lands: its version and the way it is read are in the name."""
    version = hashlib.sha256(repr(source_file_row(plan)).encode()).hexdigest()[:16]
    stem = f"{plan.source.name}-{version}"
    return Landed(landing / f"{stem}.parquet", landing / f"{stem}-unreadable.parquet")


def _write(reader: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    unfinished = path.with_suffix(".unfinished")
    reader.execute(f"copy ({query}) to {_text(str(unfinished))} (format parquet)")
    unfinished.replace(path)


def _rows_of(plan: SourcePlan, landed: dict[str, Landed]) -> str:
    """The query of a source's view."""
    columns, name = plan.source.columns, plan.source.name
    if name in landed:
        return f"select source_row, {', '.join(columns)} from {_parquet(landed[name].records)}"
    if plan.file is None or not plan.file.has_rows:
        nulls = ", ".join(f"cast(null as string) as {column}" for column in columns)
        return f"select cast(null as bigint) as source_row, {nulls} where false"
    schema = pq.read_schema(plan.file.path)
    values = ", ".join(
        f"{_as_text(schema, position)} as {column}"
        for column, position in zip(columns, plan.positions, strict=True)
    )
    rows = "cast(_metadata.row_index + 1 as bigint) as source_row"
    return f"select {rows}, {values} from {_parquet(plan.file.path)}"


def _as_text(schema: pa.Schema, position: int | None) -> str:
    """A column of a Parquet file as the text that DuckDB makes of it."""
    if position is None:
        return "cast(null as string)"
    field = schema.field(position)
    text = f"cast(`{field.name.replace('`', '``')}` as string)"
    # Spark shows an instant in the session's zone, UTC, without saying so.
    is_instant = pa.types.is_timestamp(field.type) and field.type.tz
    return f"{text} || '+00'" if is_instant else text


def _parquet(path: Path) -> str:
    return f"parquet.`file://{str(path).replace('`', '``')}`"


def _text(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
