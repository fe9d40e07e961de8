"""The file of the warehouse: looked at before DuckDB opens it, and private."""

import os
import stat
import tempfile
from pathlib import Path

import duckdb

from customer_tiering.lock import take_lock
from customer_tiering.private_files import OWNER_ALONE, keep_private, set_mode
from customer_tiering.told import ToldError

_MAGIC = b"DUCK"
_HEADER = 20  # A checksum of 8 bytes, the magic, the version of the format as 8 bytes.
_SMALLEST = 3 * 4096
_OUR_FORMAT = 66  # v1.3.0, as profiles.yml has it; every DuckDB that we allow reads it.


class WarehouseError(ToldError):
    """The file cannot be the warehouse; the text says why, and what to do."""


def prepare_warehouse(path: Path) -> None:
    """Take the lock of a warehouse, and see to it that DuckDB can use it and nobody else read it.

    Args:
        path: the DuckDB file; need not be there.

    Raises:
        BusyError: if another run is at work in it.
        WarehouseError: if it cannot be used. Nothing has been changed then.
    """
    # Before the lock file is made.
    keep_private()
    # First the lock: a file that another run is just making is not a damaged one.
    take_lock(Path(f"{path}.lock"), str(path))
    check_database(path)
    true_path = Path(os.path.realpath(path))
    if not os.access(true_path.parent, os.W_OK | os.X_OK):
        raise WarehouseError(
            f"The warehouse '{path}' is in a folder in which you may not write. Ask for the "
            "permission, or set DUCKDB_PATH to a file in another folder."
        )
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        raise WarehouseError(
            f"You may not read and write the warehouse '{path}'. Ask its owner for the "
            "permission, or set DUCKDB_PATH to another file."
        )
    for made in {path, true_path}:
        for ending in ("", ".wal", ".tmp"):
            set_mode(made.with_name(made.name + ending), OWNER_ALONE)


def check_database(path: Path) -> None:
    """Stop unless DuckDB can open what is there, if anything is.

    Raises:
        WarehouseError: if it is no database of DuckDB's, or of a newer one.
    """
    problem = _problem(path)
    if problem:
        raise WarehouseError(
            f"The warehouse '{path}' {problem}. Nothing in it was changed. Set DUCKDB_PATH to the "
            "file of a warehouse, or to a name that is not taken, where one will be made."
        )


def _problem(path: Path) -> str | None:
    try:
        found = path.stat()
        if stat.S_ISDIR(found.st_mode):
            return f"is a folder; a file in it could be one, such as '{path / 'warehouse.duckdb'}'"
        if not stat.S_ISREG(found.st_mode):
            return "is no file"
        with path.open("rb") as file:
            header = file.read(_HEADER)
    except FileNotFoundError:
        return None
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if not header:
        return "is an empty file"
    if header.startswith(b"SQLite format 3"):
        return "is a database of SQLite, not of DuckDB"
    if header[8:12] != _MAGIC:
        return "is no database of DuckDB"
    if found.st_size < _SMALLEST:
        return "is a database of DuckDB that was cut off"
    version = _format_of(header)
    if version > _OUR_FORMAT and version > _newest_format():
        return (
            f"was written by a newer DuckDB (format {version}) than the one that is installed "
            f"({duckdb.__version__}, up to format {_newest_format()})"
        )
    return None


def _format_of(header: bytes) -> int:
    return int.from_bytes(header[12:_HEADER], "little")


def _newest_format() -> int:
    """What the installed DuckDB can read: no function tells, a file of its newest format does."""
    with tempfile.TemporaryDirectory() as folder:
        newest = Path(folder) / "newest"
        duckdb.connect(str(newest), config={"storage_compatibility_version": "latest"}).close()
        return _format_of(newest.read_bytes()[:_HEADER])
