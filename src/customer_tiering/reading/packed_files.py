"""Files that hold a table, and are no text themselves: workbooks, compressed files, JSON lines.

Each is written once in a process as CSV (UTF-8), which is then read as any other. The copy lies in
a folder that its owner alone can enter, and is gone with the process.
"""

import atexit
import csv
import gzip
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path, PurePath
from typing import Any, TextIO

from customer_tiering.reading.file_kinds import UnusableFileError

WORKBOOKS = ("xlsx", "xlsm", "xlsb", "xls", "ods")
JSON_LINES = ("jsonl", "ndjson")
TEXTS = ("csv", "tsv", "txt")
PACKED_ENDINGS = (*WORKBOOKS, *JSON_LINES, *(f"{each}.gz" for each in TEXTS), "zip")

# An archive may hold more than its size says: what grows beyond this is no export.
MOST_TIMES_LARGER = 1_000
_CHUNK = 1 << 20


class SeveralSheetsError(UnusableFileError):
    """A workbook has several sheets, and nobody says which one is meant."""


def ending_of(name: str) -> str:
    """The ending of a file name without its point, small: `csv.gz` is one."""
    parts = name.lower().rsplit(".", 2)
    if len(parts) == 3 and parts[-1] == "gz":
        return ".".join(parts[-2:])
    return parts[-1] if len(parts) > 1 else ""


def is_packed(name: str) -> bool:
    """Whether a file has to be unpacked."""
    return ending_of(name) in PACKED_ENDINGS


def unpacked(path: Path, sheet: str = "") -> Path:
    """The table in a file, as CSV or as the text that it holds.

    Args:
        path: the file.
        sheet: which sheet of a workbook; empty where only one has rows.

    Raises:
        UnusableFileError: if it is damaged, protected or empty, or holds more than one table.
    """
    status = path.stat()
    return _unpacked(path, sheet, status.st_size, status.st_mtime_ns)


def sheets_with_rows(path: Path) -> list[str]:
    """The names of the sheets of a workbook that hold anything."""
    book = _open(path)
    return [name for name in book.sheet_names if book.get_sheet_by_name(name).to_python(nrows=1)]


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="customer_tiering_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _unpacked(path: Path, sheet: str, size: int, changed: int) -> Path:
    ending = ending_of(path.name)
    inner = ending.removesuffix(".gz") if ending.endswith(".gz") else "csv"
    copy = _folder() / f"{len(list(_folder().iterdir()))}.{inner}"
    if ending in WORKBOOKS:
        _write(copy, lambda file: _write_rows(file, _rows_of_sheet(path, sheet)))
    elif ending in JSON_LINES:
        _write(copy, lambda file: _write_json(file, path))
    elif ending == "zip":
        copy = _unzip(path, copy)
    else:
        try:
            with gzip.open(path) as packed:
                _copy(packed, copy, path)
        except (OSError, EOFError) as error:
            raise UnusableFileError(f"is damaged: {error}. Export it again") from error
    return copy


def _write(copy: Path, write: Callable[[TextIO], None]) -> None:
    with copy.open("w", encoding="utf-8", newline="") as file:
        write(file)


def _write_rows(file: TextIO, rows: Iterable[list[str]]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerows(rows)


# Workbooks


def _open(path: Path):
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise UnusableFileError(
            "is protected by a password. Save it without one, or as CSV (UTF-8)"
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        reason = (str(error).splitlines() or ["no reason given"])[0]
        raise UnusableFileError(
            f"is no workbook that can be read, or damaged: {reason}. Save it again, or save it as "
            f"CSV (UTF-8)"
        ) from error


def _rows_of_sheet(path: Path, sheet: str) -> Iterator[list[str]]:
    from python_calamine import CalamineError

    book = _open(path)
    if not sheet:
        found = sheets_with_rows(path)
        if len(found) > 1:
            raise SeveralSheetsError(
                f"has {len(found)} sheets with rows: {', '.join(found)}. Say which one in "
                f"mapping.csv (recipe sheet): no one alone is a known export, or has our names"
            )
        if not found:
            raise UnusableFileError("is a workbook without a row. Export it again")
        sheet = found[0]
    elif sheet not in book.sheet_names:
        raise UnusableFileError(
            f"has no sheet '{sheet}'. Its sheets are {', '.join(book.sheet_names)}"
        )
    try:
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=True)
    except CalamineError as error:
        raise UnusableFileError(f"is damaged: {error}. Save it again") from error
    for row in rows:
        yield [_text(cell) for cell in row]


def _text(cell: Any) -> str:
    """A cell as a person would type it; a whole number has no decimals, as ids are numbers."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if not cell.is_integer():
            return repr(cell)
        # A cell keeps 15 digits. Where the 16th is 0, it may have been any: ids have one then.
        is_whole = abs(cell) < 1e15 or (abs(cell) < 2**53 and cell % 10)
        return str(int(cell)) if is_whole else f"{cell:.14E}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell)


# Others


def _write_json(file: TextIO, path: Path) -> None:
    """Write objects, one on a line, as rows; a column is there from its first object on."""
    columns: dict[str, None] = {}
    with path.open(encoding="utf-8-sig") as lines:
        for record in _objects(lines):
            columns.update(dict.fromkeys(record))
    if not columns:
        raise UnusableFileError("has no object. Export it again")
    writer = csv.DictWriter(file, list(columns), lineterminator="\n")
    writer.writeheader()
    with path.open(encoding="utf-8-sig") as lines:
        for record in _objects(lines):
            writer.writerow({name: _json_text(value) for name, value in record.items()})


def _objects(lines: TextIO) -> Iterator[dict[str, Any]]:
    try:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line, parse_float=str, parse_int=str)
            except ValueError as error:
                raise UnusableFileError(f"has no JSON on line {number}: {error}") from error
            if not isinstance(record, dict):
                raise UnusableFileError(
                    f"has no object on line {number}. Each line should be one, such as "
                    '{"order_id": "1"}'
                )
            yield record
    except UnicodeDecodeError as error:
        raise UnusableFileError("is not UTF-8, as JSON should be. Export it again") from error


def _json_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _unzip(path: Path, copy: Path) -> Path:
    try:
        with zipfile.ZipFile(path) as archive:
            names = [
                name
                for name in archive.namelist()
                if ending_of(PurePath(name).name) in TEXTS and not name.startswith("__MACOSX")
            ]
            if len(names) != 1:
                raise UnusableFileError(
                    f"holds {len(names)} text files ({', '.join(names[:10]) or 'none'}), and can "
                    f"hold one. Unpack it"
                )
            copy = copy.with_suffix(f".{ending_of(PurePath(names[0]).name)}")
            with archive.open(names[0]) as packed:
                _copy(packed, copy, path)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError) as error:
        raise UnusableFileError(f"cannot be unpacked: {error}. Unpack it first") from error
    return copy


def _copy(packed: Any, copy: Path, path: Path) -> None:
    most, written = path.stat().st_size * MOST_TIMES_LARGER + _CHUNK, 0
    with copy.open("wb") as file:
        while chunk := packed.read(_CHUNK):
            written += len(chunk)
            if written > most:
                raise UnusableFileError("grows beyond all measure when unpacked. Is it an export?")
            file.write(chunk)
