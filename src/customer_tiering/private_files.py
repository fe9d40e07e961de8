"""Who may read what we write: the warehouse is its owner's alone, the export is for others too.

DuckDB makes and removes files while it is at work (the write-ahead log, what it spills to disk),
and gives them the mode that the umask of the process leaves. So the umask is set for the whole
process, before DuckDB opens anything. dbt's target/ and logs/ then are the owner's alone as well,
which is right: compiled queries and messages of errors can hold values of people's records. What
is meant for others, the export, gets the mode that it would have had.
"""

import os
import threading
from contextlib import suppress
from pathlib import Path

OWNER_ALONE = 0o077

_LOCK = threading.Lock()
_users: list[int] = []


def keep_private() -> None:
    """Have all that this process makes from now on be readable by its owner alone."""
    with _LOCK:
        if not _users:
            _users.append(os.umask(OWNER_ALONE))


def users_umask() -> int:
    """The umask that the user has set, whether or not `keep_private` was called."""
    with _LOCK:
        if _users:
            return _users[0]
        umask = os.umask(OWNER_ALONE)
        os.umask(umask)
        return umask


def set_mode(path: Path, umask: int) -> None:
    """Give a file or folder the mode that it would have, had it been made under this umask.

    Where that cannot be (it is somebody else's, or the file system has no modes), it stays.
    """
    with suppress(OSError):
        mode = (0o777 if path.is_dir() else 0o666) & ~umask
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, with the user's umask; what is there stays as it is.

    Raises:
        OSError: if it cannot be made.
    """
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        set_mode(folder, users_umask())
    if not path.is_dir():
        path.mkdir()  # Says what stands in the way.
