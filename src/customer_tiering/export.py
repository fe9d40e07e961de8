"""The export: what people and BI tools read, one set of files from one build.

    export/
        latest -> builds/20261123T061821.123456Z-0fa3b2c1
        builds/
            20261123T061821.123456Z-0fa3b2c1/
                customer_tier.parquet, customer_tier.csv, ..., manifest.json

(from Spark, Parquet alone, and each table as a folder of parts)

A set is written to a hidden folder, flushed to disk, renamed to its build id, and then
`latest` is swapped to it, each in one step: a build that is killed at any moment leaves the old
set as it was. A set is never changed once it has its name.

A build whose as-of date was set before the last order answers a question about the past: its set
goes to `export/past/<date>/latest` in the same way, and the current one is left alone.

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

from customer_tiering.warehouse import Table, Warehouse, Written

KEPT_BUILDS = 3
LATEST = "latest"
PAST = "past"
# Names the list of deletions whose people are in none of the sets beside it.
HANDLED_DELETIONS = ".handled_deletions"
NO_DELETIONS = "0-0"
MANIFEST = "manifest.json"


class ExportError(RuntimeError):
    """The set cannot be published; the text says why, and what to do."""


@dataclass(frozen=True)
class ExportedFile(Written):
    """One line of the manifest.

    Attributes:
        bytes: the size of the file, or of all files of a folder.
        sha256: the checksum of its bytes; of a folder, of those of its files in their order.
    """

    bytes: int
    sha256: str


def export_tables(
    warehouse: Warehouse,
    tables: Sequence[Table],
    audit: str,
    folder: Path,
) -> list[dict]:
    """Write one set of files and make it the latest.

    Args:
        warehouse: where the tables are.
        tables: what to write, the largest first: one is hashed while the next is written.
        audit: the schema of `gate_context`, whose one row says which build and which candidate
            this is, and of `publications`, in which each published table records its builds.
        folder: where the sets are; made where it is missing.

    Returns:
        The manifest as rows, one per file.

    Raises:
        ExportError: if the tables are not of one build, or the folder cannot be used. The
            latest set is then what it was.
    """
    [build] = warehouse.rows(f"select * from {audit}.gate_context")
    [run] = warehouse.rows(f"select deletions_fingerprint from {audit}.run_scope")
    handled = folder / HANDLED_DELETIONS
    has_new_deletions = run["deletions_fingerprint"] != (
        handled.read_text("utf-8") if handled.exists() else NO_DELETIONS
    )
    _require_one_build(warehouse, tables, audit, build["candidate_fingerprint"])
    if build["is_of_the_past"]:
        # The answer to a question has a place of its own: `latest` stays what it is.
        folder = folder / PAST / build["as_of_date"].isoformat()

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
            "invocation_id": build["invocation_id"],
        }
        before = _set_of_last_finished_run(warehouse, audit, folder)
        unfinished = builds / f".{about['build_id']}"
        try:
            unfinished.mkdir()
            files = [asdict(file) for file in _write_files(warehouse, tables, unfinished, before)]
            _write_manifest(unfinished / MANIFEST, about | {"files": files})
            _flush(unfinished)
        except BaseException:
            # A full disk should not be kept full by the set that filled it.
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        unfinished.rename(builds / about["build_id"])
        _flush(builds)
        _make_latest(folder, builds / about["build_id"])
        # Who asks to be forgotten is in the sets of before, and in the answers about the past. The
        # list is handled once the main export is written without them, in whichever run that is.
        _remove_old_sets(folder, builds, kept=1 if has_new_deletions else KEPT_BUILDS)
        if has_new_deletions and not build["is_of_the_past"]:
            shutil.rmtree(folder / PAST, ignore_errors=True)
            handled.write_text(run["deletions_fingerprint"], "utf-8")

    return [about | file for file in files]


def _require_one_build(
    warehouse: Warehouse, tables: Sequence[Table], audit: str, candidate: str
) -> None:
    """Stop unless every table was last published from the candidate that the gate saw."""
    latest = warehouse.rows(
        "select table_name, max_by(candidate_fingerprint, published_at) as candidate "
        f"from {audit}.publications group by table_name"
    )
    published = {row["table_name"]: row["candidate"] for row in latest}
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


def _set_of_last_finished_run(warehouse: Warehouse, audit: str, folder: Path) -> Path | None:
    """The latest set, if the last finished run wrote it; only then is known what has changed."""
    latest = (folder / LATEST).resolve()
    if not (latest / MANIFEST).exists():
        return None
    written_by = json.loads((latest / MANIFEST).read_text("utf-8")).get("invocation_id")
    finished = warehouse.rows(
        f"select max_by(invocation_id, finished_at) as invocation_id from {audit}.finished_runs"
    )
    return latest if written_by and written_by == finished[0]["invocation_id"] else None


def _write_files(
    warehouse: Warehouse, tables: Sequence[Table], folder: Path, before: Path | None
) -> list[ExportedFile]:
    """Write every table; hash and flush each file while the next is written."""
    with ThreadPoolExecutor(max_workers=1) as sealer:
        written = [
            (file, sealer.submit(_seal, folder / file.file))
            for table in tables
            for file in warehouse.write(table, folder, before)
        ]
        return [_sealed(file, seal) for file, seal in written]


def _sealed(file: Written, seal: Future) -> ExportedFile:
    size, sha256 = seal.result()
    return ExportedFile(**asdict(file), bytes=size, sha256=sha256)


def _seal(path: Path) -> tuple[int, str]:
    """Put a file, or a folder of files, on the disk for good; its size and checksum."""
    parts = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    size, checksum = 0, hashlib.sha256()
    for part in parts:
        with part.open("rb") as file:
            while chunk := file.read(1 << 20):
                checksum.update(chunk)
            os.fsync(file.fileno())
            size += file.tell()
    return size, checksum.hexdigest()


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


def _remove_old_sets(folder: Path, builds: Path, kept: int) -> None:
    """Keep the latest set and the ones before it, for readers who have begun with one."""
    latest = (folder / LATEST).resolve()
    # Build ids begin with the time, so names sort by age.
    older = sorted(old for old in builds.resolve().iterdir() if old != latest)
    for old in older[: max(0, len(older) - (kept - 1))]:
        # Hidden first: what a build leaves here when it is killed is no set, but a leftover.
        shutil.rmtree(old.rename(old.with_name(f".{old.name}")))
