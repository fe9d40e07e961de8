"""Paths for DuckDB's readers, which take `*`, `?` and `[` in a path for a pattern of many files."""

import re
from pathlib import Path

_PATTERN = re.compile(r"[*?\[]")


def literal_path(path: Path | str) -> str:
    """The text by which `read_csv` and `read_parquet` open this one file, whatever its name.

    It is still to be quoted where it becomes part of a statement. Writing (`copy ... to`) takes
    paths as they are. Folders such as `region=EU` are told to be no columns by the option
    `hive_partitioning = false`.

    Raises:
        ValueError: if there is no such text; it says so of the path, for people.
    """
    text = str(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("has a path that is not UTF-8. Rename it") from None
    if not _PATTERN.search(text):
        return text
    # A pattern ends a folder at a backslash too.
    if "\\" in text:
        raise ValueError(
            "has a path with a backslash and with one of * ? [, which DuckDB cannot open. Rename it"
        )
    return _PATTERN.sub(r"[\g<0>]", text)
