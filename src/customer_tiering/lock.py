"""One run at a time in a warehouse."""

import fcntl
import os
import threading
from datetime import UTC, datetime
from pathlib import Path


class BusyError(RuntimeError):
    """Another run is at work; the text says which."""


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
    """
    with _TAKING:
        if lock.resolve() not in _HELD:
            _HELD[lock.resolve()] = _locked(lock.resolve(), warehouse)


def _locked(lock: Path, warehouse: str) -> int:
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 200).decode() or "a process that has just started"
        os.close(descriptor)
        raise BusyError(
            f"Another run is at work in {warehouse} ({holder.strip()}). Wait until it has ended, "
            "then run this again. This run has changed nothing."
        ) from None
    os.truncate(descriptor, 0)
    os.write(descriptor, f"process {os.getpid()} since {datetime.now(UTC):%H:%M:%S} UTC".encode())
    return descriptor
