"""Errors whose text is all that people need, and the one that every disk can cause."""

import errno
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

WAREHOUSE = "warehouse (DUCKDB_PATH)"
SPILLS_TO = "folder that DuckDB spills to"
TEMPORARY = "temporary folder (TMPDIR)"

FULL = (errno.ENOSPC, errno.EDQUOT)
# The last one: DuckDB spills no more than the disk can take, and calls its end lack of memory.
_SAYS_FULL = re.compile(
    "No space left on device|Disk quota exceeded|'max_temp_directory_size' setting"
)


class ToldError(RuntimeError):
    """Something that people can mend; the text says what, and how.

    dbt prints the traceback of a Python model that fails, which would bury the text. So there is
    none: what is raised is known, and where is of no use to anybody.
    """

    @property
    def __traceback__(self) -> None:
        return None

    @__traceback__.setter
    def __traceback__(self, value: object) -> None:
        pass


class DiskFullError(ToldError):
    """A disk is full; the text says which, and what to do."""


@contextmanager
def told_when_full(places: Mapping[str, Path], mostly: str, state: str) -> Iterator[None]:
    """Say which disk is full, where one is.

    Args:
        places: where the code within writes, each with its name for people.
        mostly: the name of the one that counts where an error names no path; or TEMPORARY.
        state: what is left as it was, as a sentence.

    Raises:
        DiskFullError: instead of the error of Python or of the engine.
    """
    places = {**places, TEMPORARY: Path(tempfile.gettempdir())}
    try:
        yield
    except DiskFullError:
        raise
    except Exception as error:
        if getattr(error, "errno", None) not in FULL and not _SAYS_FULL.search(str(error)):
            raise
        name = _place(error, places) or mostly
        lines = str(error).splitlines()
        said = next((line for line in lines if _SAYS_FULL.search(line)), lines[0])
        raise DiskFullError(
            f"The disk of the {name} is full: '{places[name]}'. {state} Make room there or choose "
            f"a folder on another disk, then run this again. ({said})"
        ) from None


def _place(error: Exception, places: Mapping[str, Path]) -> str | None:
    """The name of the place that an error names the path of."""
    if isinstance(error, duckdb.OutOfMemoryException):
        return SPILLS_TO if SPILLS_TO in places else None
    named = [str(getattr(error, "filename", None) or ""), *re.findall('"(/[^"]+)"', str(error))]
    # The longest path first: one place may lie within another.
    for name, place in sorted(places.items(), key=lambda item: -len(str(item[1]))):
        if any(path.startswith(str(place)) for path in named):
            return name
    return None
