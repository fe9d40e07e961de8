"""Files of the folder of an export, opened: what each is, how it is written, and its header."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pyarrow as pa

from customer_tiering.reading import parquet_files
from customer_tiering.reading.contract import SOURCES
from customer_tiering.reading.file_kinds import check_can_be_opened
from customer_tiering.reading.folder_files import PARQUET_ENDING, READ_ENDINGS, shown
from customer_tiering.reading.literal_path import literal_path
from customer_tiering.reading.mapping_file import FileMapping
from customer_tiering.reading.names import normalise
from customer_tiering.reading.packed_files import (
    WORKBOOKS,
    SeveralSheetsError,
    ending_of,
    is_packed,
    sheets_with_rows,
    unpacked,
)
from customer_tiering.reading.presets import presets_of
from customer_tiering.reading.text_files import (
    TextFormat,
    UnusableFileError,
    find_encoding,
    header_line_of,
    read_format,
)

# Path, size in bytes and time of the last change in nanoseconds.
FileVersion = tuple[str, int, int]


@dataclass(frozen=True)
class SourceFile:
    """One file as it is found.

    Attributes:
        path: where it is, absolute; of one that was unpacked the copy.
        name: its name for people, relative to the folder.
        version: path, size and time of the last change.
        header: the column names as they stand in the file.
        text: how it is written; None for Parquet.
        schema: the types of its columns; None for text.
        has_rows: whether it has any record.
    """

    path: Path
    name: str
    version: FileVersion
    header: tuple[str, ...]
    text: TextFormat | None
    schema: pa.Schema | None
    has_rows: bool


class OpenedFiles:
    """Opens each file once, however many sources it feeds, and reports its problem once."""

    def __init__(
        self, folder: Path, known_encodings: Mapping[FileVersion, str], problems: list[str]
    ):
        self._folder = folder
        self._known_encodings = known_encodings
        self._problems = problems
        # What is said of workbooks of which nobody knows which sheet is meant.
        self.of_several_sheets: list[str] = []
        # Whose headers were looked at, to see what the files are.
        self._looked_at: dict[str, SourceFile] = {}
        # By name and sheet.
        self._opened: dict[tuple[str, str], SourceFile | None] = {}

    def header_of(self, said: FileMapping) -> tuple[str, tuple[str, ...]]:
        """Where the header of a file stands, as a mapping says it, and the header.

        None of what is wrong with the file is a problem: perhaps it is not meant to be read.
        """
        name = said.file
        try:
            check_can_be_opened(self._folder / name)
            file = open_file(self._folder, name, said, self._known_encodings)
            if not (said.sheet or said.header_line or said.delimiter):
                self._looked_at[name] = file
            if file.text and not said.header_line and not presets_of(file.header):
                line = header_line_of(file.path)
                if line > 1:
                    lower = replace(said, header_line=str(line))
                    below = open_file(self._folder, name, lower, self._known_encodings)
                    return lower.header_line, below.header
        except SeveralSheetsError as error:
            self.of_several_sheets.append(f"{shown(name)} {error}")
            return "", ()
        except (ValueError, OSError):
            return "", ()
        return said.header_line, file.header

    @property
    def names(self) -> set[str]:
        """The names of all files that feed something."""
        return {name for name, _ in self._opened}

    def open(self, name: str, said: FileMapping) -> SourceFile | None:
        """Open a file of the folder; None if it cannot be used, which is then a problem.

        Args:
            name: the file.
            said: what the mapping says of it.
        """
        key = (name, said.sheet)
        if key not in self._opened:
            self._opened[key] = None
            if name in self._looked_at and not (said.sheet or said.header_line or said.delimiter):
                self._opened[key] = self._looked_at[name]
                return self._opened[key]
            try:
                self._opened[key] = open_file(self._folder, name, said, self._known_encodings)
            except ValueError as error:
                self._problems.append(f"{shown(name)} {error}")
            except OSError as error:
                self._problems.append(f"{shown(name)} cannot be read: {error.strerror or error}")
        return self._opened[key]


def sheet_of(path: Path) -> str:
    """Of a workbook with several sheets the one that alone has our names, or of a known export.

    Empty where there is none such, or one sheet only.
    """
    if ending_of(path.name) not in WORKBOOKS:
        return ""
    status = path.stat()
    return _sheet_of(path, status.st_size, status.st_mtime_ns)


@cache
def _sheet_of(path: Path, size: int, changed: int) -> str:
    sheets = sheets_with_rows(path)
    if len(sheets) < 2:
        return ""
    source = SOURCES.get(path.name.lower().partition(".")[0])
    ours, known = [], []
    for sheet in sheets:
        text = unpacked(path, sheet)
        try:
            header = read_format(text, "utf-8").header
            below = read_format(text, "utf-8", str(header_line_of(text))).header
        except UnusableFileError:
            continue
        names = {*map(normalise, header)}
        if any({*each.required} <= names for each in ([source] if source else SOURCES.values())):
            ours.append(sheet)
        if presets_of(header) or presets_of(below):
            known.append(sheet)
    # A name of a source says what is looked for.
    found = ours if source and ours else {*ours, *known}
    return next(iter(found)) if len(found) == 1 else ""


def open_file(
    folder: Path,
    name: str,
    said: FileMapping,
    known_encodings: Mapping[FileVersion, str] | None = None,
) -> SourceFile:
    """Find out what a file is and how it is written.

    Args:
        folder: where it is.
        name: its name in the folder.
        said: what the mapping says of it.
        known_encodings: encodings found earlier.

    Raises:
        UnusableFileError: if it cannot be read.
    """
    path = (folder / name).resolve()
    literal_path(path)
    if path.is_dir():
        raise UnusableFileError("is a folder. It should be a file")
    check_can_be_opened(path)
    status = path.stat()
    sheet = said.sheet or sheet_of(path)
    place = f"{path}#{sheet}" if sheet else str(path)
    version = (place, status.st_size, status.st_mtime_ns)
    ending = ending_of(path.name)
    if ending == PARQUET_ENDING:
        schema, has_rows = parquet_files.read_schema(path)
        return SourceFile(path, name, version, tuple(schema.names), None, schema, has_rows)
    if ending not in READ_ENDINGS:
        known = ", ".join(f".{each}" for each in READ_ENDINGS)
        raise UnusableFileError(f"has an ending that is not read. Save it as one of {known}")
    if is_packed(path.name):
        path = unpacked(path, sheet)
    encoding = (known_encodings or {}).get(version) or find_encoding(path)
    text = read_format(path, encoding, said.header_line, said.delimiter)
    return SourceFile(path, name, version, text.header, text, None, text.has_rows)
