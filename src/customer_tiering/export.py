"""The export: what people and BI tools read, one set of files from one build.

    export/
        latest -> builds/20261123T061821.123456Z-0fa3b2c1
        builds/
            20261123T061821.123456Z-0fa3b2c1/
                customer_tier.parquet, customer_tier.csv, ..., manifest.json

A set is written to a hidden folder, flushed to disk, renamed to its build id, and then
`latest` is swapped to it, each in one step: a build that is killed at any moment leaves the old
set as it was. A set is never changed once it has its name.

How to read it: resolve `latest` once (`realpath export/latest`) and read every file from the
folder that it names. All of them then belong to one build; manifest.json, which lies in the
same folder, has the checksums. The last sets stay for who has begun to read one. Who opens
`export/latest/<file>` by name, file after file, gets whole files, but possibly of two builds if
one is published in between: no file system can swap several names for several opens.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from duckdb import DuckDBPyConnection, DuckDBPyRelation

KEPT_BUILDS = 3
LATEST = "latest"
MANIFEST = "manifest.json"

# Excel takes a CSV for UTF-8 only if it begins with this; COPY has no option for it, so it
# stands before the name of the first column.
BYTE_ORDER_MARK = "\ufeff"


class ExportError(RuntimeError):
    """The set cannot be published; the text says why, and what to do."""


@dataclass(frozen=True)
class Table:
    """One published table.

    Attributes:
        name: of the table, and of its files.
        rows: the table in the warehouse.
        key: the columns that tell its rows apart; files are sorted by them.
    """

    name: str
    rows: DuckDBPyRelation
    key: tuple[str, ...]


@dataclass(frozen=True)
class ExportedFile:
    """One line of the manifest.

    Attributes:
        table: the published table.
        format: parquet or csv.
        file: the name in the set.
        rows: how many, without the header.
        columns: their names, in the file's order.
        bytes: the size of the file.
        sha256: the checksum of its bytes.
    """

    table: str
    format: str
    file: str
    rows: int
    columns: list[str]
    bytes: int
    sha256: str


def export_tables(
    session: DuckDBPyConnection,
    tables: Sequence[Table],
    context: DuckDBPyRelation,
    publications: str,
    folder: Path,
) -> list[dict]:
    """Write one set of files and make it the latest.

    Args:
        session: the warehouse.
        tables: what to write, the largest first: one is hashed while the next is written.
        context: the one row of `gate_context`: which build and which candidate this is.
        publications: name of the table in which each published table records its builds.
        folder: where the sets are; made where it is missing.

    Returns:
        The manifest as rows, one per file.

    Raises:
        ExportError: if the tables are not of one build, or the folder cannot be used. The
            latest set is then what it was.
    """
    build = dict(zip(context.columns, context.fetchone(), strict=True))
    _require_one_build(session, tables, publications, build["candidate_fingerprint"])

    with _sets_of(folder) as builds:
        _remove_leftovers(folder, builds)
        built_at = datetime.now(UTC)
        about = {
            "build_id": f"{built_at:%Y%m%dT%H%M%S.%fZ}-{build['invocation_id'][:8]}",
            "built_at": built_at.isoformat(),
            "as_of_date": build["as_of_date"].isoformat(),
            "run_date": build["run_date"].isoformat(),
            "policy_versions": build["policy_versions"],
            "candidate_fingerprint": build["candidate_fingerprint"],
        }
        unfinished = builds / f".{about['build_id']}"
        try:
            unfinished.mkdir()
            files = [asdict(file) for file in _write_files(session, tables, unfinished)]
            _write_manifest(unfinished / MANIFEST, about | {"files": files})
            _flush(unfinished)
        except BaseException:
            # A full disk should not be kept full by the set that filled it.
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        unfinished.rename(builds / about["build_id"])
        _flush(builds)
        _make_latest(folder, builds / about["build_id"])
        _remove_old_sets(folder, builds)

    return [about | file for file in files]


def _require_one_build(
    session: DuckDBPyConnection, tables: Sequence[Table], publications: str, candidate: str
) -> None:
    """Stop unless every table was last published from the candidate that the gate saw."""
    latest = session.execute(
        "select table_name, max_by(candidate_fingerprint, rowid) "
        f"from {publications} group by table_name"
    )
    published = dict(latest.fetchall())
    problems = [
        f"  {table.name}: "
        + (f"from candidate {published[table.name]}" if table.name in published else "no record")
        for table in tables
        if published.get(table.name) != candidate
    ]
    if problems:
        raise ExportError(
            f"Nothing is exported: the gate let through candidate {candidate}, but these published "
            "tables are not from it:\n" + "\n".join(problems) + "\nRun `dbt build`, which renews "
            "all of them together. The export is still that of the last whole build."
        )


@contextmanager
def _sets_of(folder: Path) -> Iterator[Path]:
    """The folder of all sets, for one export at a time.

    The lock goes when its holder ends, however it ends, so a hidden folder that is found
    under the lock was left by a build that was killed.
    """
    builds = folder / "builds"
    try:
        builds.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(builds, os.O_RDONLY)
    except OSError as error:
        raise ExportError(
            f"EXPORT_PATH '{folder}' cannot be used as a folder ({error.strerror}). Set it to a "
            "folder that may be written to, or to a path where one can be made."
        ) from error
    latest = folder / LATEST
    if latest.exists() and not latest.is_symlink():
        os.close(descriptor)
        raise ExportError(
            f"'{latest}' is not the link that an export makes. Move it away, or set EXPORT_PATH to "
            "another folder."
        )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield builds
    finally:
        os.close(descriptor)


def _write_files(
    session: DuckDBPyConnection, tables: Sequence[Table], folder: Path
) -> list[ExportedFile]:
    """Write every table in both formats; hash and flush each file while the next is written."""
    with ThreadPoolExecutor(max_workers=1) as sealer:
        written = [
            (file, sealer.submit(_seal, folder / file["file"]))
            for table in tables
            for file in _copy(session, table, folder)
        ]
        return [_sealed(file, seal) for file, seal in written]


def _sealed(file: dict, seal: Future) -> ExportedFile:
    size, sha256 = seal.result()
    return ExportedFile(**file, bytes=size, sha256=sha256)


def _copy(session: DuckDBPyConnection, table: Table, folder: Path) -> Iterator[dict]:
    """Write one table as Parquet, then as CSV.

    Sorting the whole table is the dear part, so the CSV is read back from the sorted Parquet
    file, whose order DuckDB keeps.
    """
    columns = list(table.rows.columns)
    parquet, csv = (folder / f"{table.name}.{kind}" for kind in ("parquet", "csv"))
    first, *others = (_name(column) for column in columns)
    marked = ", ".join([f"{first} as {_name(BYTE_ORDER_MARK + columns[0])}", *others])
    key = ", ".join(map(_name, table.key))
    statements = {
        parquet: f"copy ({table.rows.sql_query()} order by {key}) to {_text(parquet)} "
        "(format parquet, compression zstd, compression_level 1)",
        csv: f"copy (select {marked} from read_parquet({_text(parquet)})) to {_text(csv)} "
        "(format csv, header true)",
    }
    for path, statement in statements.items():
        rows = session.execute(statement).fetchone()[0]
        yield {
            "table": table.name,
            "format": path.suffix[1:],
            "file": path.name,
            "rows": rows,
            "columns": columns,
        }


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _seal(path: Path) -> tuple[int, str]:
    """Put a file on the disk for good; its size and checksum."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
        return file.tell(), sha256


def _write_manifest(path: Path, manifest: dict) -> None:
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    _flush(path)


def _flush(path: Path) -> None:
    """Have what a file holds, or which names a folder has, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_latest(folder: Path, chosen: Path) -> None:
    """Point `latest` to a set, in one step; relative, so that the folder can be moved."""
    link = folder / f".{LATEST}"
    link.symlink_to(chosen.relative_to(folder))
    link.replace(folder / LATEST)
    _flush(folder)


def _remove_leftovers(folder: Path, builds: Path) -> None:
    """Remove what builds left that were killed before they had published."""
    (folder / f".{LATEST}").unlink(missing_ok=True)
    for leftover in builds.glob(".*"):
        shutil.rmtree(leftover)


def _remove_old_sets(folder: Path, builds: Path) -> None:
    """Keep the latest set and the ones before it, for readers who have begun with one."""
    latest = (folder / LATEST).resolve()
    # Build ids begin with the time, so names sort by age.
    older = sorted(old for old in builds.resolve().iterdir() if old != latest)
    for old in older[: -(KEPT_BUILDS - 1)]:
        # Hidden first: what a build leaves here when it is killed is no set, but a leftover.
        shutil.rmtree(old.rename(old.with_name(f".{old.name}")))
