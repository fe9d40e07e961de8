"""Which file feeds which source, and which of its columns: a plan, before anything is loaded.

Pure Python, so that any engine can follow the plan. All problems of all files are collected
and raised together: who prepares an export wants one list, not one error per attempt.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from customer_tiering.contract import REQUIRED_SOURCES, SOURCES, Source
from customer_tiering.text_files import (
    TextFormat,
    UnusableFileError,
    find_encoding,
    normalise,
    read_format,
    read_rows,
)

MAPPING_FILE = "mapping.csv"
MAPPING_COLUMNS = ("source", "file", "their_column", "our_column")

TEXT_ENDINGS = ("csv", "tsv", "txt")
PARQUET_ENDING = "parquet"
READ_ENDINGS = (*TEXT_ENDINGS, PARQUET_ENDING)
# Endings under which people keep data that we do not read: skipping them in silence would
# look as if the source had been taken.
OTHER_DATA_ENDINGS = ("xlsx", "xls", "ods", "json", "jsonl", "gz", "csv.gz", "zip", "csv.zip")

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
        listed = "\n".join(f"  {n}. {text}" for n, text in enumerate(problems, start=1))
        super().__init__(f"The raw data in '{folder}' cannot be used, {count}:\n{listed}")


@dataclass(frozen=True)
class SourceFile:
    """One file as it is found.

    Attributes:
        path: where it is, absolute.
        name: its name for people, relative to the folder.
        version: path, size and time of the last change.
        header: the column names as they stand in the file.
        text: how it is written; None for Parquet.
        has_rows: whether it has any record.
    """

    path: Path
    name: str
    version: FileVersion
    header: tuple[str, ...]
    text: TextFormat | None
    has_rows: bool


@dataclass(frozen=True)
class FilePlan:
    """How one file of a source is to be read.

    Attributes:
        source: the source that it feeds.
        number: its place among the files of the source, from 0.
        file: the file.
        positions: for each column of the contract its 0-based position in the file's header,
            or None if the file does not have it.
    """

    source: Source
    number: int
    file: SourceFile
    positions: tuple[int | None, ...]

    @property
    def rows_before(self) -> int:
        """What is added to the number of a record in the file to number it in the source."""
        return self.number * ROWS_OF_A_FILE


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
class _MappingLine:
    where: str
    source: str
    file: str
    theirs: str
    ours: str


def plan_sources(
    folder: Path, known_encodings: Mapping[FileVersion, str] | None = None
) -> list[SourcePlan]:
    """Plan how to read every source of the contract from a folder.

    Args:
        folder: holds `<source>.csv` or `<source>.parquet`, or a folder `<source>` of such files,
            or both; and optionally `mapping.csv`.
        known_encodings: encodings found earlier; a file of the same version is not read
            through again to find its encoding.

    Returns:
        One plan for each source, in the order of the contract.

    Raises:
        InputError: with all problems of all files.
    """
    if not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise InputError(folder, [f"The folder {what}. Set CRM_DATA to the folder of the export"])
    problems: list[str] = []
    mapping = _read_mapping(folder, problems)
    files = _Files(folder, known_encodings or {}, problems)
    plans = [
        _plan_source(source, folder, files, mapping.get(source.name, []), problems)
        for source in SOURCES.values()
    ]
    if problems:
        raise InputError(folder, problems)
    return plans


class _Files:
    """Opens each file once, however many sources it feeds, and reports its problem once."""

    def __init__(
        self, folder: Path, known_encodings: Mapping[FileVersion, str], problems: list[str]
    ):
        self._folder = folder
        self._known_encodings = known_encodings
        self._problems = problems
        self._opened: dict[str, SourceFile | None] = {}

    def open(self, name: str) -> SourceFile | None:
        """Open a file of the folder; None if it cannot be used, which is then a problem."""
        if name not in self._opened:
            self._opened[name] = None
            try:
                self._opened[name] = self._inspect(name)
            except UnusableFileError as error:
                self._problems.append(f"{name} {error}")
            except OSError as error:
                self._problems.append(f"{name} cannot be read: {error.strerror or error}")
        return self._opened[name]

    def _inspect(self, name: str) -> SourceFile:
        path = (self._folder / name).resolve()
        if path.is_dir():
            raise UnusableFileError("is a folder. It should be a file")
        status = path.stat()
        version = (str(path), status.st_size, status.st_mtime_ns)
        ending = path.suffix.lower().removeprefix(".")
        if ending == PARQUET_ENDING:
            try:
                with path.open("rb") as file:
                    parquet = pq.ParquetFile(file)
            except (pa.ArrowException, OSError) as error:
                reason = str(error).splitlines()[0]
                raise UnusableFileError(f"is not a Parquet file, or damaged: {reason}") from error
            names = tuple(parquet.schema_arrow.names)
            return SourceFile(path, name, version, names, None, parquet.metadata.num_rows > 0)
        if ending not in TEXT_ENDINGS:
            known = ", ".join(f".{each}" for each in READ_ENDINGS)
            raise UnusableFileError(f"has an ending that is not read. Save it as one of {known}")
        encoding = self._known_encodings.get(version) or find_encoding(path)
        text = read_format(path, encoding)
        return SourceFile(path, name, version, text.header, text, text.has_rows)


def _plan_source(
    source: Source,
    folder: Path,
    files: _Files,
    mapping: list[_MappingLine],
    problems: list[str],
) -> SourcePlan:
    """Plan one source; what is wrong is added to `problems`, and the plan then not used."""
    required = source.name in REQUIRED_SOURCES
    names = [mapping[0].file] if mapping else _find_files(source.name, folder, problems, required)
    opened = [files.open(name) for name in names]
    found = [file for file in opened if file is not None]
    if required and found and not any(file.has_rows for file in found):
        what = found[0].name if len(found) == 1 else f"{Path(found[-1].name).parent}/"
        problems.append(
            f"{what} has no rows, and {source.name} is the one source that is needed. "
            f"Export it again, with a header and at least one row"
        )
        return SourcePlan(source, ())
    plans = [
        FilePlan(source, number, file, _match_columns(source, file, mapping, problems))
        for number, file in enumerate(found)
    ]
    return SourcePlan(source, tuple(plans))


def _find_files(source: str, folder: Path, problems: list[str], required: bool) -> list[str]:
    """Names of the files of a source: the one of its name, then those of its folder, in order."""
    names = _file_names(folder)
    single, unread = [], []
    for name in names:
        stem, _, ending = name.lower().partition(".")
        if stem == source and ending in READ_ENDINGS:
            single.append(name)
        elif stem == source and ending in OTHER_DATA_ENDINGS:
            unread.append(name)
    found = single + _names_in_folder(source, folder)
    if len(single) > 1:
        problems.append(
            f"{' and '.join(single)} are both files of the source {source}. "
            f"Keep one of them, or name the right one in {MAPPING_FILE}"
        )
        return []
    if unread and not single:
        problems.append(
            f"{unread[0]} has the name of the source {source} but an ending that is not "
            f"read. Save it as {source}.csv (UTF-8) or {source}.parquet"
        )
    elif required and not found:
        problems.append(
            f"There is no {source}.csv or {source}.parquet, the one source that is needed, and no "
            f"folder {source}/ of such files. Files found: {_listed(names)}. If one of them holds "
            f"the {source}, name it in {MAPPING_FILE} ({','.join(MAPPING_COLUMNS)})"
        )
    return found


def _names_in_folder(source: str, folder: Path) -> list[str]:
    """Files of the folder of a source, in the order of their names.

    Hidden files and those that begin with `_` are left out: so people and programs mark what is
    not finished.
    """
    return sorted(
        f"{within.name}/{path.name}"
        for within in folder.iterdir()
        if within.name.lower() == source and within.is_dir()
        for path in within.iterdir()
        if path.suffix.lower().removeprefix(".") in READ_ENDINGS
        and not path.name.startswith((".", "_"))
        and path.is_file()
    )


def _match_columns(
    source: Source, file: SourceFile, mapping: list[_MappingLine], problems: list[str]
) -> tuple[int | None, ...]:
    """Position of each column of the contract in the file: by the mapping, else by its name."""
    if not file.header:
        return (None,) * len(source.columns)
    found = f"Columns found: {_listed(file.header)}"
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
                f"Rename the right one, or name it in {MAPPING_FILE}"
            )
    return tuple(positions.get(column) for column in source.columns)


def _read_mapping(folder: Path, problems: list[str]) -> dict[str, list[_MappingLine]]:
    """The sound lines of the mapping file, if there is one, by source."""
    mapping: dict[str, list[_MappingLine]] = {}
    name = next((name for name in _file_names(folder) if name.lower() == MAPPING_FILE), None)
    if name is None:
        return mapping
    try:
        rows = list(read_rows(folder / name))
    except UnusableFileError as error:
        problems.append(f"{name} {error}")
        return mapping
    except OSError as error:
        problems.append(f"{name} cannot be read: {error.strerror or error}")
        return mapping
    header = [normalise(cell) for cell in rows[0][1]] if rows else []
    lacking = [column for column in MAPPING_COLUMNS if column not in header]
    if lacking:
        problems.append(
            f"{name}, line 1: the header lacks {', '.join(lacking)}. "
            f"It should be {','.join(MAPPING_COLUMNS)}"
        )
        return mapping

    for number, row in rows[1:]:
        cells = dict(zip(header, row, strict=False))
        source, file, theirs, ours = (cells.get(column, "") for column in MAPPING_COLUMNS)
        line = _MappingLine(f"{name}, line {number}", normalise(source), file, theirs, ours)
        earlier = mapping.setdefault(line.source, [])
        if problem := _mapping_problem(line, earlier, folder):
            problems.append(f"{line.where}: {problem}")
        else:
            earlier.append(line)
    return mapping


def _mapping_problem(line: _MappingLine, earlier: list[_MappingLine], folder: Path) -> str | None:
    """What is wrong with one line of the mapping in itself, or None."""
    if line.source not in SOURCES:
        return f"there is no source '{line.source}'. The sources are {', '.join(SOURCES)}"
    if not line.file:
        return f"no file is named. Files found: {_listed(_file_names(folder))}"
    if not (folder / line.file).exists():
        found = _listed(_file_names(folder))
        return f"there is no file '{line.file}' in the folder. Files found: {found}"
    if earlier and earlier[0].file != line.file:
        return (
            f"{line.source} is read from '{earlier[0].file}' by {earlier[0].where}, and here from "
            f"'{line.file}'. One source has one file"
        )
    columns = SOURCES[line.source].columns
    if line.ours and line.ours not in columns:
        return f"{line.source} has no column '{line.ours}'. Its columns are {', '.join(columns)}"
    if bool(line.ours) != bool(line.theirs):
        return "their_column and our_column go together: fill in both, or none to name the file"
    if line.ours and line.ours in {other.ours for other in earlier}:
        return f"the column {line.ours} of {line.source} is mapped a second time. Remove one line"
    return None


def _file_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _listed(names: list[str] | tuple[str, ...]) -> str:
    """Names for a message, shortened: the header of a broken file can be of any size."""
    shown = [name if len(name) <= 40 else name[:39] + "…" for name in names[:40]]
    more = [f"and {len(names) - 40} more"] if len(names) > 40 else []
    return ", ".join(shown + more) or "none"
