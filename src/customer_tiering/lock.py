"""One run at a time in a warehouse."""

import fcntl
import os
import threading
from datetime import UTC, datetime
from pathlib import Path

from customer_tiering.private_files import OWNER_ALONE, make_folder, set_mode
from customer_tiering.told import ToldError


class BusyError(ToldError):
    """Another run is at work; the text says which."""


class LockError(ToldError):
    """The lock cannot be taken at all; the text says why, and what to do."""


# Kept open until this process ends: with the file the lock goes, however the process ends.
_HELD: dict[Path, int] = {}
_TAKING = threading.Lock()


def take_lock(lock: Path, warehouse: str) -> None:
    """Keep other runs out of a warehouse until this process ends.

    Args:
        lock: the file to lock, beside the warehouse; made where it is missing.
        warehouse: its name, for the message.

    Raises:
        BusyError: if another process holds it. Nothing has been changed then.
        LockError: if the file cannot be made or opened. Nothing has been changed then.
    """
    with _TAKING:
        # Not Path.resolve, which fails on a link to itself.
        path = Path(os.path.realpath(lock))
        if path not in _HELD:
            _HELD[path] = _locked(path, warehouse)


def _locked(lock: Path, warehouse: str) -> int:
    try:
        # Not private: the export, which others read, may lie in the same folder.
        make_folder(lock.parent)
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise LockError(
            f"The lock file '{lock}', by which one run at a time works in {warehouse}, cannot be "
            f"made or written ({error.strerror}). Move away what has its name, or ask for the "
            "permission to write there, or set DUCKDB_PATH to a file in another folder. This run "
            "has changed nothing."
        ) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 200).decode(errors="replace")
        os.close(descriptor)
        raise BusyError(
            f"Another run is at work in {warehouse} "
            f"({holder.strip() or 'a process that has just started'}). Wait until it has ended, "
            "then run this again. This run has changed nothing."
        ) from None
    set_mode(lock, OWNER_ALONE)
    os.truncate(descriptor, 0)
    os.write(descriptor, f"process {os.getpid()} since {datetime.now(UTC):%H:%M:%S} UTC".encode())
    return descriptor
