"""Which file feeds which source, and which of its columns: a plan, before anything is loaded.

Pure Python, so that any engine can follow the plan. All problems of all files are collected
and raised together: who prepares an export wants one list, not one error per attempt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from customer_tiering import parquet_files
from customer_tiering.contract import DATES, NUMBERS, REQUIRED_SOURCES, SOURCES, Source
from customer_tiering.file_kinds import check_can_be_opened
from customer_tiering.folder_files import (
    MAPPING_FILE,
    PARQUET_ENDING,
    READ_ENDINGS,
    TEXT_ENDINGS,
    find_files,
    listed,
    shown,
    unused_files,
)
from customer_tiering.folder_settings import read_settings
from customer_tiering.literal_path import literal_path
from customer_tiering.mapping_file import MappingLine, read_mapping
from customer_tiering.reading_notes import ReadingNote, missing_columns
from customer_tiering.text_files import (
    TextFormat,
    UnusableFileError,
    find_encoding,
    header_line,
    normalise,
    read_format,
)

# So many numbers are kept free for the records of each file. Also in int_rejected_records.
ROWS_OF_A_FILE = 1_000_000_000_000

# Path, size in bytes and time of the last change in nanoseconds.
FileVersion = tuple[str, int, int]


class InputError(RuntimeError):
    """The raw data cannot be used; the text lists every problem for a person to read.

    It is a RuntimeError because dbt prints one of those that is raised while it connects as a
    plain message; of any other exception it prints the traceback.
    """

    def __init__(self, folder: Path, problems: list[str]):
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        text = "\n".join(f"  {n}. {text}" for n, text in enumerate(problems, start=1))
        folder_name = shown(str(folder))
        super().__init__(f"The raw data in '{folder_name}' cannot be used, {count}:\n{text}")


@dataclass(frozen=True)
class SourceFile:
    """One file as it is found.

    Attributes:
        path: where it is, absolute.
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

    @property
    def is_copied(self) -> bool:
        """Whether its records are copied; else they are read where they are, in each query.

        So are those of text, and those of Parquet whose names of columns an engine changes.
        """
        return self.schema is None or parquet_files.has_odd_names(self.schema)


@dataclass(frozen=True)
class FilePlan:
    """How one file of a source is to be read.

    Attributes:
        source: the source that it feeds.
        number: its place among the files of the source, from 0.
        file: the file.
        positions: for each column of the contract its 0-based position in the file's header,
            or None if the file does not have it.
        numbers: positions of the columns that show how the file writes numbers, with our names;
            they may be columns of another source that the file feeds.
        dates: the same of dates.
    """

    source: Source
    number: int
    file: SourceFile
    positions: tuple[int | None, ...]
    numbers: dict[int, str] = field(default_factory=dict)
    dates: dict[int, str] = field(default_factory=dict)

    @property
    def rows_before(self) -> int:
        """What is added to the number of a record in the file to number it in the source."""
        return self.number * ROWS_OF_A_FILE

    @property
    def used(self) -> list[int]:
        """The positions that the source takes something from, in order."""
        return sorted({position for position in self.positions if position is not None})

    @property
    def also_looked_at(self) -> list[int]:
        """Positions of other numbers and dates that show how the file is written, in order."""
        return sorted({*self.numbers, *self.dates} - {*self.used})


@dataclass(frozen=True)
class SourcePlan:
    """How one source of the contract is to be read.

    Attributes:
        source: the source.
        files: its files, the oldest first; none if there is no such file.
    """

    source: Source
    files: tuple[FilePlan, ...]


@dataclass(frozen=True)
class FolderPlan:
    """How a folder is to be read.

    Attributes:
        sources: one plan for each source, in the order of the contract.
        settings: the names and values of settings.csv.
        notes: what people should be told of its files.
    """

    sources: list[SourcePlan]
    settings: tuple[tuple[str, str], ...]
    notes: tuple[ReadingNote, ...]


def plan_folder(
    folder: Path, known_encodings: Mapping[FileVersion, str] | None = None
) -> FolderPlan:
    """Plan how to read every source of the contract from a folder.

    Args:
        folder: holds `<source>.csv` or `<source>.parquet`, or a folder `<source>` of such files,
            or both; and optionally `mapping.csv` and `settings.csv`.
        known_encodings: encodings found earlier; a file of the same version is not read
            through again to find its encoding.

    Raises:
        InputError: with all problems of all files.
    """
    problems: list[str] = []
    try:
        if not folder.is_dir():
            what = "is not a folder" if folder.exists() else "does not exist"
            problem = f"The folder {what}. Set CRM_DATA to the folder of the export"
            raise InputError(folder, [problem])
        plan = _plan(folder, known_encodings or {}, problems)
    except OSError as error:
        name = shown(str(error.filename or folder))
        raise InputError(folder, [f"{name} cannot be read: {error.strerror or error}"]) from error
    if problems:
        raise InputError(folder, problems)
    return plan


def _plan(
    folder: Path, known_encodings: Mapping[FileVersion, str], problems: list[str]
) -> FolderPlan:
    mapping = read_mapping(folder, problems)
    settings = read_settings(folder, problems)
    files = _Files(folder, known_encodings, problems)
    plans = [
        _plan_source(source, folder, files, mapping.get(source.name, []), problems)
        for source in SOURCES.values()
    ]
    notes = [*unused_files(folder, files.names, set(mapping), problems), *missing_columns(plans)]
    return FolderPlan(_with_style_columns(plans), settings, tuple(notes))


class _Files:
    """Opens each file once, however many sources it feeds, and reports its problem once."""

    def __init__(
        self, folder: Path, known_encodings: Mapping[FileVersion, str], problems: list[str]
    ):
        self._folder = folder
        self._known_encodings = known_encodings
        self._problems = problems
        self._opened: dict[str, SourceFile | None] = {}

    @property
    def names(self) -> set[str]:
        """The names of all files that feed something."""
        return set(self._opened)

    def open(self, name: str) -> SourceFile | None:
        """Open a file of the folder; None if it cannot be used, which is then a problem."""
        if name not in self._opened:
            self._opened[name] = None
            try:
                self._opened[name] = self._inspect(name)
            except ValueError as error:
                self._problems.append(f"{shown(name)} {error}")
            except OSError as error:
                self._problems.append(f"{shown(name)} cannot be read: {error.strerror or error}")
        return self._opened[name]

    def _inspect(self, name: str) -> SourceFile:
        path = (self._folder / name).resolve()
        literal_path(path)
        if path.is_dir():
            raise UnusableFileError("is a folder. It should be a file")
        check_can_be_opened(path)
        status = path.stat()
        version = (str(path), status.st_size, status.st_mtime_ns)
        ending = path.suffix.lower().removeprefix(".")
        if ending == PARQUET_ENDING:
            schema, has_rows = parquet_files.read_schema(path)
            return SourceFile(path, name, version, tuple(schema.names), None, schema, has_rows)
        if ending not in TEXT_ENDINGS:
            known = ", ".join(f".{each}" for each in READ_ENDINGS)
            raise UnusableFileError(f"has an ending that is not read. Save it as one of {known}")
        encoding = self._known_encodings.get(version) or find_encoding(path)
        text = read_format(path, encoding)
        return SourceFile(path, name, version, text.header, text, None, text.has_rows)


def _plan_source(
    source: Source,
    folder: Path,
    files: _Files,
    mapping: list[MappingLine],
    problems: list[str],
) -> SourcePlan:
    """Plan one source; what is wrong is added to `problems`, and the plan then not used."""
    required = source.name in REQUIRED_SOURCES
    names = [mapping[0].file] if mapping else find_files(source.name, folder, problems, required)
    opened = [files.open(name) for name in names]
    found = [file for file in opened if file is not None]
    if required and found and not any(file.has_rows for file in found):
        what = found[0].name if len(found) == 1 else f"{Path(found[-1].name).parent}/"
        problems.append(
            f"{what} has no rows, and {source.name} is the one source that is needed. "
            f"Export it again, with a header and at least one row"
        )
        return SourcePlan(source, ())
    plans = []
    for number, file in enumerate(found):
        positions = _match_columns(source, file, mapping, problems)
        plans.append(FilePlan(source, number, file, positions))
        if file.schema:
            problems += parquet_files.column_problems(plans[-1])
    return SourcePlan(source, tuple(plans))


def _with_style_columns(plans: list[SourcePlan]) -> list[SourcePlan]:
    """The plans, each file with all its numbers and dates, whichever source they are of."""
    numbers: dict[Path, dict[int, str]] = {}
    dates: dict[Path, dict[int, str]] = {}
    for plan in [file for source in plans for file in source.files]:
        schema = plan.file.schema
        for column, position in zip(plan.source.columns, plan.positions, strict=True):
            # What is typed says itself how it is read.
            if position is not None and (
                schema is None or parquet_files.is_text(schema.field(position).type)
            ):
                for found, names in ((numbers, NUMBERS), (dates, DATES)):
                    if column in names:
                        found.setdefault(plan.file.path, {}).setdefault(position, column)
    return [
        replace(
            source,
            files=tuple(
                replace(
                    file,
                    numbers=numbers.get(file.file.path, {}),
                    dates=dates.get(file.file.path, {}),
                )
                for file in source.files
            ),
        )
        for source in plans
    ]


def _match_columns(
    source: Source, file: SourceFile, mapping: list[MappingLine], problems: list[str]
) -> tuple[int | None, ...]:
    """Position of each column of the contract in the file: by the mapping, else by its name."""
    if not file.header:
        return (None,) * len(source.columns)
    found = f"Columns found: {listed(file.header)}"
    positions: dict[str, int] = {}
    mapped = [line for line in mapping if line.ours]
    for line in mapped:
        matches = [n for n, name in enumerate(file.header) if name.strip() == line.theirs] or [
            n for n, name in enumerate(file.header) if normalise(name) == normalise(line.theirs)
        ]
        if len(matches) == 1:
            positions[line.ours] = matches[0]
        elif matches:
            problems.append(
                f"{line.where}: {file.name} has {len(matches)} columns '{line.theirs}'. "
                f"Give them different names"
            )
        else:
            problems.append(f"{line.where}: {file.name} has no column '{line.theirs}'. {found}")

    mapped_columns = {line.ours for line in mapped}
    for column in source.columns:
        if column in mapped_columns:
            continue
        matches = [n for n, name in enumerate(file.header) if normalise(name) == column]
        if len(matches) > 1:
            names = " and ".join(f"'{file.header[n]}'" for n in matches)
            problems.append(
                f"{file.name}: the columns {names} both read as {column}. "
                f"Rename one of them, or name the right one in {MAPPING_FILE}"
            )
        elif matches:
            positions[column] = matches[0]
        elif column in source.required:
            problems.append(
                f"{file.name} has no column '{column}', which {source.name} needs. {found}. "
                f"{_where_the_header_is(source, file)}"
                f"Rename the right one, or name it in {MAPPING_FILE}"
            )
    return tuple(positions.get(column) for column in source.columns)


def _where_the_header_is(source: Source, file: SourceFile) -> str:
    """A sentence on the lines above the header of a file, if there seem to be any."""
    line = header_line(file.path, file.text, source.required) if file.text else None
    if line is None:
        return ""
    return f"The header seems to stand on line {line}: remove the lines above it. "
