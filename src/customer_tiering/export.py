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
same folder, has the checksums, of a folder's parts too. The last sets stay for who has begun to
read one. Who opens `export/latest/<file>` by name, file after file, gets whole files, but possibly
of two builds if one is published in between: no file system can swap several names for several
opens.
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

from customer_tiering.engines.base import Table, Warehouse, Written, file_of
from customer_tiering.export_sets import (
    LATEST,
    MANIFEST,
    PAST,
    ExportSet,
    flush,
    latest_set,
    make_latest,
    remove_answers,
    remove_leftovers,
    remove_old_sets,
)
from customer_tiering.private_files import OWNER_ALONE, make_folder, set_mode, users_umask
from customer_tiering.reading.literal_path import literal_path
from customer_tiering.sheets import CSV_TEXT_CELLS
from customer_tiering.told import FULL, ToldError, told_when_full
from customer_tiering.verdict import VERDICT, content_of, sources_of, write_verdict

KEPT_BUILDS = 3
# Names the list of deletions whose people are in none of the sets beside it.
HANDLED_DELETIONS = ".handled_deletions"
REPORT = "report.html"
NO_DELETIONS = "0-0"
EXPORT = "export folder (EXPORT_PATH)"


class ExportError(ToldError):
    """The set cannot be published; the text says why, and what to do."""


@dataclass(frozen=True)
class ExportedFile(Written):
    """One line of the manifest.

    Attributes:
        bytes: the size of the file, or of all files of a folder.
        sha256: the checksum of its bytes; of a folder, of those of its files in their order.
        parts: of a folder its files, each with its own checksum.
    """

    bytes: int
    sha256: str
    parts: dict[str, str]

    def row(self) -> dict:
        """As a row: what a table of few columns has room for."""
        return {name: value for name, value in asdict(self).items() if name != "parts"}


def export_tables(
    warehouse: Warehouse,
    tables: Sequence[Table],
    audit: str,
    folder: Path,
    personal: bool = False,
    with_report: bool = False,
) -> list[dict]:
    """Write one set of files and make it the latest.

    Args:
        warehouse: where the tables are.
        tables: what to write, the largest first: one is hashed while the next is written.
        audit: the schema of `gate_context`, whose one row says which build and which candidate
            this is, and of the verdict. That all tables are of that build is asked before: a
            hook of the model published_export (macro require_passed_gate).
        folder: where the sets are; made where it is missing.
        personal: whether the tables say who people are; then their owner alone may read the set.
        with_report: whether the page of `make report` is a file of the set, too.

    Returns:
        The manifest as rows, one per file.

    Raises:
        ExportError: if this is a copy of the warehouse, or the folder cannot be used.
        ReportError: if the page is asked for and cannot be made.
        DiskFullError: if a disk is full. In both cases `latest` leads to a whole set.
    """
    with _told(warehouse, folder):
        return _export_tables(warehouse, tables, audit, folder, personal, with_report)


@contextmanager
def _told(warehouse: Warehouse, folder: Path) -> Iterator[None]:
    """What the operating system refuses, in words."""
    left = "What was exported before is still there."
    try:
        literal_path(folder)
    except ValueError as error:
        raise ExportError(f"EXPORT_PATH '{folder}' {error}") from None
    try:
        with told_when_full({EXPORT: folder, **warehouse.places()}, EXPORT, left):
            yield
    except OSError as error:
        raise ExportError(
            f"The export in EXPORT_PATH '{folder}' could not be written or tidied up: "
            f"{error.filename or 'a file'}: {error.strerror or error}. {left} Set this right, or "
            "set EXPORT_PATH to another folder, then build again."
        ) from None


def _export_tables(
    warehouse: Warehouse,
    tables: Sequence[Table],
    audit: str,
    folder: Path,
    personal: bool,
    with_report: bool,
) -> list[dict]:
    [build] = warehouse.rows(f"select * from {audit}.gate_context")
    [run] = warehouse.rows(f"select deletions_fingerprint from {audit}.run_scope")
    has_new_deletions = run["deletions_fingerprint"] != _handled_deletions(folder)
    _require_this_warehouse(warehouse, audit)
    # The first run of all: a copy has it, too.
    [first] = warehouse.rows(
        f"select invocation_id from {audit}.builds order by build_number, started_at limit 1"
    )
    main_folder = folder
    if build["is_of_the_past"]:
        # The answer to a question has a place of its own: `latest` stays what it is.
        folder = folder / PAST / build["as_of_date"].isoformat()

    with _sets_of(folder) as builds:
        _require_no_newer(folder, build, first["invocation_id"])
        remove_leftovers(folder)
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
        how = {
            "build_number": build["build_number"],
            "warehouse_id": first["invocation_id"],
            "personal_columns": personal,
            "reporting_currency": build["reporting_currency"],
        }
        told = _verdict(warehouse, audit, tables) | {"build_id": about["build_id"]}
        before = _set_of_last_finished_run(warehouse, audit, folder)
        if before and before.manifest.get("personal_columns") != personal:
            before = None  # Other people may read it.
        umask = OWNER_ALONE if personal else users_umask()
        unfinished, finished = builds / f".{about['build_id']}", builds / about["build_id"]
        try:
            unfinished.mkdir()
            set_mode(unfinished, umask)
            files = _write_files(warehouse, tables, unfinished, before, umask)
            if any(file.format == "csv" for file in files):
                how["csv_text_cells"] = CSV_TEXT_CELLS
            listed = [file.row() | ({"parts": file.parts} if file.parts else {}) for file in files]
            _write_manifest(unfinished / MANIFEST, about | how | {"files": listed}, umask)
            if with_report:
                _write_report(unfinished, umask)
            write_verdict(unfinished, "published", told)
            set_mode(unfinished / VERDICT, umask)
            flush(unfinished)
            unfinished.rename(finished)
            flush(builds)
            make_latest(folder, finished)
        except BaseException:
            # A full disk should not be kept full by the set that filled it.
            shutil.rmtree(unfinished, ignore_errors=True)
            if Path(os.path.realpath(folder / LATEST)) != Path(os.path.realpath(finished)):
                shutil.rmtree(finished, ignore_errors=True)
            raise
        # Who asks to be forgotten is in the sets of before, and in the answers about the past. The
        # list is handled once the main export is written without them, in whichever run that is.
        remove_old_sets(folder, kept=1 if has_new_deletions else KEPT_BUILDS)
        if has_new_deletions and not build["is_of_the_past"]:
            remove_answers(folder)
            handled = main_folder / HANDLED_DELETIONS
            handled.write_text(run["deletions_fingerprint"], "utf-8")
        write_verdict(main_folder, "published", told)

    return [about | file.row() for file in files]


def _handled_deletions(folder: Path) -> str | None:
    """The list of deletions that the last export has handled; None where that cannot be known."""
    try:
        return (folder / HANDLED_DELETIONS).read_text("utf-8")
    except FileNotFoundError:
        return NO_DELETIONS
    except (OSError, ValueError):
        return None


def _require_this_warehouse(warehouse: Warehouse, audit: str) -> None:
    """Stop in a copy of the warehouse that was built: it may be any number of builds old.

    Raises:
        ExportError: if it is one. A file that was moved is no copy.
    """
    [made] = warehouse.rows(f"select max(warehouse_file) as file from {audit}.customer_tier_gate")
    if made["file"] != file_of(warehouse):
        raise ExportError(
            "Nothing is exported: this warehouse is a copy of the file that its last build was "
            "made in, and that one may have gone on since. Export from that one, or make this one "
            "a warehouse of its own by a whole build: make build, or dbt build in your own project."
        )


def _require_no_newer(folder: Path, build: dict, warehouse_id: str) -> None:
    """Stop where the latest set is of a later build of this warehouse.

    Raises:
        ExportError: if it is: a copy that was left behind would take the place of what is newer.
    """
    latest = latest_set(folder)
    if (
        latest
        and latest.manifest.get("warehouse_id") == warehouse_id
        and latest.number > build["build_number"]
    ):
        raise ExportError(
            f"Nothing is exported: '{folder / LATEST}' is of build {latest.number} of this "
            f"warehouse, and this is build {build['build_number']} in an older copy of it. Set "
            "EXPORT_PATH to another folder; or, if this copy is to go on in place of the other, "
            f"remove the link '{folder / LATEST}' and build again."
        )


def _verdict(warehouse: Warehouse, audit: str, tables: Sequence[Table]) -> dict:
    """What verdict.json says of the set."""
    reconciled = [
        row
        for table in tables
        if table.name == "row_reconciliation"
        for row in warehouse.read(table.rows).to_pylist()
    ]
    return content_of(warehouse, audit) | {"sources": sources_of(reconciled)}


@contextmanager
def _sets_of(folder: Path) -> Iterator[Path]:
    """The folder of all sets, for one export at a time.

    The lock goes when its holder ends, however it ends, so a hidden folder that is found
    under the lock was left by a build that was killed.
    """
    builds = folder / "builds"
    try:
        make_folder(builds)
        descriptor = os.open(builds, os.O_RDONLY)
    except OSError as error:
        if error.errno in FULL:
            raise
        raise ExportError(
            f"EXPORT_PATH '{folder}' cannot be used as a folder ({error.strerror}). Set it to a "
            "folder that may be written to, or to a path where one can be made."
        ) from None
    try:
        latest = folder / LATEST
        if latest.exists() and not latest.is_symlink():
            raise ExportError(
                f"'{latest}' is not the link that an export makes. Move it away, or set "
                "EXPORT_PATH to another folder."
            )
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield builds
    finally:
        os.close(descriptor)


def _set_of_last_finished_run(warehouse: Warehouse, audit: str, folder: Path) -> ExportSet | None:
    """The latest set, if the last finished run wrote it; only then is known what has changed."""
    latest = latest_set(folder)
    if not latest or not latest.manifest.get("invocation_id"):
        return None
    [finished] = warehouse.rows(
        f"select max_by(invocation_id, build_number) as invocation_id from {audit}.finished_runs"
    )
    return latest if latest.manifest["invocation_id"] == finished["invocation_id"] else None


def _write_files(
    warehouse: Warehouse,
    tables: Sequence[Table],
    folder: Path,
    before: ExportSet | None,
    umask: int,
) -> list[ExportedFile]:
    """Write every table; hash and flush each file while the next is written."""
    with ThreadPoolExecutor(max_workers=1) as sealer:
        written = [
            (file, sealer.submit(_seal, folder / file.file, umask))
            for table in tables
            for file in warehouse.write(table, folder, before)
        ]
        return [_sealed(file, seal) for file, seal in written]


def _sealed(file: Written, seal: Future) -> ExportedFile:
    size, sha256, parts = seal.result()
    return ExportedFile(**asdict(file), bytes=size, sha256=sha256, parts=parts)


def _seal(path: Path, umask: int) -> tuple[int, str, dict[str, str]]:
    """Put a file, or a folder of files, on the disk for good.

    Returns:
        Its size, its checksum, and those of the parts of a folder.
    """
    is_folder = path.is_dir()
    size, whole, parts = 0, hashlib.sha256(), {}
    for part in sorted(path.glob("*.parquet")) if is_folder else [path]:
        alone = hashlib.sha256()
        with part.open("rb") as file:
            while chunk := file.read(1 << 20):
                whole.update(chunk)
                if is_folder:
                    alone.update(chunk)
            os.fsync(file.fileno())
            size += file.tell()
        set_mode(part, umask)
        parts[part.name] = alone.hexdigest()
    set_mode(path, umask)
    return size, whole.hexdigest(), parts if is_folder else {}


def _write_report(folder: Path, umask: int) -> None:
    # A build that is not asked for the page does not load what draws it.
    from customer_tiering.report.whole import page_of

    text, _ = page_of(folder)
    (folder / REPORT).write_text(text, "utf-8")
    set_mode(folder / REPORT, umask)
    flush(folder / REPORT)


def _write_manifest(path: Path, manifest: dict, umask: int) -> None:
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    set_mode(path, umask)
    flush(path)
