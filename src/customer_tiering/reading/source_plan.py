"""Which file feeds which source, and which of its columns: a plan, before anything is loaded.

Pure Python, so that any engine can follow the plan. All problems of all files are collected
and raised together: who prepares an export wants one list, not one error per attempt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from customer_tiering.reading import parquet_files
from customer_tiering.reading.contract import DELETIONS, SOURCES, Source
from customer_tiering.reading.file_kinds import check_can_be_opened
from customer_tiering.reading.folder_files import (
    MAPPING_FILE,
    PARQUET_ENDING,
    READ_ENDINGS,
    file_names,
    find_files,
    is_ignored,
    listed,
    shown,
    unused_files,
)
from customer_tiering.reading.folder_settings import read_settings
from customer_tiering.reading.literal_path import literal_path
from customer_tiering.reading.mapping_file import FileMapping, MappingLine, read_mapping
from customer_tiering.reading.names import normalise
from customer_tiering.reading.packed_files import ending_of, is_packed, unpacked
from customer_tiering.reading.presets import Preset, presets_of
from customer_tiering.reading.reading_notes import (
    ReadingNote,
    keys_without_secret,
    missing_columns,
)
from customer_tiering.reading.recipes import Field, RowRule, Shape
from customer_tiering.reading.text_files import (
    TextFormat,
    UnusableFileError,
    find_encoding,
    header_line,
    header_line_of,
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
        look = "\nmake inspect looks at the folder, and proposes a mapping.csv and settings.csv"
        super().__init__(
            f"The raw data in '{folder_name}' cannot be used, {count}:\n{text}"
            f"{look if any(MAPPING_FILE in problem for problem in problems) else ''}"
        )


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


@dataclass(frozen=True)
class FilePlan:
    """How one file of a source is to be read.

    Attributes:
        source: the source that it feeds.
        number: its place among the files of the source, from 0.
        file: the file.
        shape: how records are made of its rows and columns.
        numbers: positions of the columns that show how the file writes numbers, with our names;
            they may be columns of another source that the file feeds.
        dates: the same of dates.
    """

    source: Source
    number: int
    file: SourceFile
    shape: Shape
    numbers: dict[int, str] = field(default_factory=dict)
    dates: dict[int, str] = field(default_factory=dict)

    @property
    def rows_before(self) -> int:
        """What is added to the number of a record in the file to number it in the source."""
        return self.number * ROWS_OF_A_FILE

    @property
    def is_copied(self) -> bool:
        """Whether its records are copied; else they are read where they are, in each query.

        So are those of text, those that recipes make, and those of Parquet whose names of columns
        an engine changes.
        """
        schema = self.file.schema
        return schema is None or not self.shape.is_plain or parquet_files.has_odd_names(schema)

    @property
    def positions(self) -> tuple[int | None, ...]:
        """Of a plain shape: for each column of the contract its position in the file, or None."""
        fields = [self.shape.fields.get(column) for column in self.source.columns]
        return tuple(each.positions[0] if each else None for each in fields)

    @property
    def used(self) -> list[int]:
        """The positions that the source takes something from, in order."""
        return self.shape.used

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
    by_preset, known = _by_presets(folder, mapping, files)
    plans = [
        _plan_source(
            source,
            folder,
            files,
            mapping.get(source.name, []),
            by_preset.get(source.name, []),
            bool(by_preset),
            problems,
        )
        for source in SOURCES.values()
    ]
    for source, its in by_preset.items():
        mapping.setdefault(source, []).extend(its)
    plans = _with_systems(plans, mapping, problems)
    plans = _with_contacts(plans)
    notes = [
        *unused_files(folder, files.names, set(mapping), problems),
        *missing_columns(plans),
        *known,
        *keys_without_secret(plans),
    ]
    return FolderPlan(_with_style_columns(plans), settings, tuple(notes))


class _Files:
    """Opens each file once, however many sources it feeds, and reports its problem once."""

    def __init__(
        self, folder: Path, known_encodings: Mapping[FileVersion, str], problems: list[str]
    ):
        self._folder = folder
        self._known_encodings = known_encodings
        self._problems = problems
        # Whose headers were looked at, to see what the files are.
        self._looked_at: dict[str, SourceFile] = {}
        # By name and sheet.
        self._opened: dict[tuple[str, str], SourceFile | None] = {}

    def header_of(self, name: str) -> tuple[str, tuple[str, ...]]:
        """Where the header of a file stands, as a mapping says it, and the header.

        None of what is wrong with the file is a problem: perhaps it is not meant to be read.
        """
        try:
            check_can_be_opened(self._folder / name)
            file = open_file(self._folder, name, FileMapping(name), self._known_encodings)
            self._looked_at[name] = file
            if file.text and not presets_of(file.header):
                line = header_line_of(file.path)
                if line > 1:
                    said = FileMapping(name, header_line=str(line))
                    below = open_file(self._folder, name, said, self._known_encodings)
                    return said.header_line, below.header
        except (ValueError, OSError):
            return "", ()
        return "", file.header

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
    place = f"{path}#{said.sheet}" if said.sheet else str(path)
    version = (place, status.st_size, status.st_mtime_ns)
    ending = ending_of(path.name)
    if ending == PARQUET_ENDING:
        schema, has_rows = parquet_files.read_schema(path)
        return SourceFile(path, name, version, tuple(schema.names), None, schema, has_rows)
    if ending not in READ_ENDINGS:
        known = ", ".join(f".{each}" for each in READ_ENDINGS)
        raise UnusableFileError(f"has an ending that is not read. Save it as one of {known}")
    if is_packed(path.name):
        path = unpacked(path, said.sheet)
    encoding = (known_encodings or {}).get(version) or find_encoding(path)
    text = read_format(path, encoding, said.header_line, said.delimiter)
    return SourceFile(path, name, version, text.header, text, None, text.has_rows)


def _plan_source(
    source: Source,
    folder: Path,
    files: _Files,
    mapping: list[FileMapping],
    by_preset: list[FileMapping],
    known: bool,
    problems: list[str],
) -> SourcePlan:
    """Plan one source; what is wrong is added to `problems`, and the plan then not used."""
    names = {each.file for each in by_preset}
    mapped = mapping or [
        FileMapping(name)
        for name in find_files(source, folder, problems, is_needed=source.is_needed and not known)
        if name not in names
    ]
    mapped += by_preset
    opened = [(files.open(each.file, each), each) for each in mapped]
    found = [file for file, _ in opened if file is not None]
    if source.is_needed and found and not any(file.has_rows for file in found):
        what = found[0].name if len(found) == 1 else f"{Path(found[-1].name).parent}/"
        problems.append(
            f"{what} has no rows, and {source.name} is the one source that is needed. "
            f"Export it again, with a header and at least one row"
        )
        return SourcePlan(source, ())
    plans = []
    for file, its_mapping in opened:
        if file is None:
            continue
        shape = _shape(source, file, its_mapping, problems)
        plans.append(FilePlan(source, len(plans), file, shape))
        if file.schema:
            problems += parquet_files.column_problems(plans[-1])
    return SourcePlan(source, tuple(plans))


def _by_presets(
    folder: Path, mapping: Mapping[str, list[FileMapping]], files: _Files
) -> tuple[dict[str, list[FileMapping]], list[ReadingNote]]:
    """What presets say of the files that no mapping names, by source; and what is to be told."""
    found: dict[str, list[FileMapping]] = {}
    notes = []
    named = {each.file for its in mapping.values() for each in its}
    for name in file_names(folder):
        if name in named or is_ignored(name) or ending_of(name) not in READ_ENDINGS:
            continue
        header_at, header = files.header_of(name)
        fitting = presets_of(header)
        source = SOURCES.get(name.lower().partition(".")[0])
        if not fitting or (source and {*source.required} <= {*map(normalise, header)}):
            continue
        preset = fitting[0]
        said = f"{shown(name)} looks like {' or '.join(each.name for each in fitting)}"
        how_much = f"{preset.known(header)} of {len(header)} headers"
        if len(fitting) > 1 or not preset.is_certain:
            lacks = f", but {preset.lacks}" if preset.lacks else ", of which we know a part"
            detail = f"{said} ({how_much}){lacks}. make inspect proposes how to read it: confirm it"
            notes.append(ReadingNote(None, shown(name), "recognised_in_part", detail))
            continue
        detail = f"{shown(name)} is read as {preset.name} ({how_much})"
        notes.append(ReadingNote(None, shown(name), "recognised", detail))
        for source_name, its in preset_mapping(preset, name, header).items():
            its.header_line = header_at
            found.setdefault(source_name, []).append(its)
    return found, notes


def preset_mapping(preset: Preset, name: str, header: Sequence[str]) -> dict[str, FileMapping]:
    """What a preset says of a file, as a mapping would, by source."""
    found: dict[str, FileMapping] = {}
    for source, theirs, ours, recipe, value in preset.lines_for(header):
        its = found.setdefault(source, FileMapping(name, system=preset.system, preset=preset.name))
        where = f"the preset {preset.name}"
        line = MappingLine(where, source, name, theirs, ours, recipe, value)
        if ours:
            its.columns.setdefault(ours, []).append(line)
        else:
            its.rows.append(line)
    return found


def _with_systems(
    plans: list[SourcePlan], mapping: Mapping[str, list[FileMapping]], problems: list[str]
) -> list[SourcePlan]:
    """The plans, with the system before every id that is of another system than the first.

    Ids are unique within a system. Those of the system that a person names first stay as they
    are, else those of the system whose orders a preset knows, so that nothing changes when a
    second one joins.
    """
    named = [
        (bool(each.preset), source != "orders", each.system)
        for source, files in mapping.items()
        for each in files
        if each.system
    ]
    systems = [system for *_, system in sorted(named, key=lambda each: each[:2])]
    if len({*systems}) < 2 and all(is_preset for is_preset, *_ in named):
        return plans
    of_file = {
        (source, each.file): each.system for source, files in mapping.items() for each in files
    }
    found = []
    for plan in plans:
        files = []
        for file in plan.files:
            system = of_file.get((plan.source.name, file.file.name))
            if plan.source.ids and not system:
                problems.append(
                    f"{file.file.name} does not say of which system its ids are, and others do "
                    f"({', '.join(dict.fromkeys(systems))}). Give it a line "
                    f"{plan.source.name},{file.file.name},,,system,{systems[0]} in {MAPPING_FILE}, "
                    f"with the right one"
                )
            prefix = system if system != systems[0] else None
            files.append(replace(file, shape=replace(file.shape, system=prefix)))
        found.append(replace(plan, files=tuple(files)))
    return found


def _with_contacts(plans: list[SourcePlan]) -> list[SourcePlan]:
    """The plans, with deletions that may name a contact where keys are made of contacts."""
    if not any(file.shape.has_contacts for plan in plans for file in plan.files):
        return plans
    return [
        replace(
            plan,
            files=tuple(
                replace(file, shape=replace(file.shape, names_contacts=True)) for file in plan.files
            ),
        )
        if plan.source.name == DELETIONS
        else plan
        for plan in plans
    ]


def _with_style_columns(plans: list[SourcePlan]) -> list[SourcePlan]:
    """The plans, each file with all its numbers and dates, whichever source they are of."""
    numbers: dict[Path, dict[int, str]] = {}
    dates: dict[Path, dict[int, str]] = {}
    for plan in [file for source in plans for file in source.files]:
        for column, its in plan.shape.fields.items():
            if its.is_written_as_said:
                continue
            for found, names in ((numbers, plan.source.numbers), (dates, plan.source.dates)):
                for position in its.positions if column in names else ():
                    # What is typed says itself how it is read.
                    schema = plan.file.schema
                    if schema is None or parquet_files.is_text(schema.field(position).type):
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


def _shape(source: Source, file: SourceFile, mapping: FileMapping, problems: list[str]) -> Shape:
    """How a source's records are made of a file: by the mapping, else by the names of columns."""
    if not file.header:
        return Shape(source)
    fields: dict[str, Field] = {}
    for column in source.columns:
        if lines := mapping.columns.get(column):
            theirs = [_position(file, name, lines[0], problems) for name in lines[0].theirs]
            steps = tuple(line.step for line in lines if line.recipe)
            if None not in theirs:
                fields[column] = Field(tuple(theirs), steps)
            continue
        matches = [n for n, name in enumerate(file.header) if normalise(name) == column]
        if len(matches) > 1:
            names = " and ".join(f"'{file.header[n]}'" for n in matches)
            problems.append(
                f"{file.name}: the columns {names} both read as {column}. "
                f"Rename one of them, or name the right one in {MAPPING_FILE}"
            )
        elif matches:
            fields[column] = Field((matches[0],))
        elif column in source.required:
            problems.append(
                f"{file.name} has no column '{column}', which {source.name} needs. "
                f"Columns found: {listed(file.header)}. "
                f"{_where_the_header_is(source, file)}"
                f"Rename the right one, or name it in {MAPPING_FILE}"
            )
    rules = [
        RowRule(position, line.recipe, line.value)
        for line in mapping.rows
        if (position := _position(file, line.theirs[0], line, problems)) is not None
    ]
    return Shape(source, fields, tuple(rules))


def _position(file: SourceFile, theirs: str, line: MappingLine, problems: list[str]) -> int | None:
    """Where a column that the mapping names stands in a file; what is wrong is a problem."""
    matches = [n for n, name in enumerate(file.header) if name.strip() == theirs] or [
        n for n, name in enumerate(file.header) if normalise(name) == normalise(theirs)
    ]
    if len(matches) == 1:
        return matches[0]
    if matches:
        problems.append(
            f"{line.where}: {file.name} has {len(matches)} columns '{theirs}'. "
            f"Give them different names"
        )
    else:
        problems.append(
            f"{line.where}: {file.name} has no column '{theirs}'. "
            f"Columns found: {listed(file.header)}"
        )
    return None


def _where_the_header_is(source: Source, file: SourceFile) -> str:
    """A sentence on the lines above the header of a file, if there seem to be any."""
    line = header_line(file.path, file.text, source.required) if file.text else None
    if line is None:
        return ""
    return (
        f"The header seems to stand on line {line}: remove the lines above it, or say so in "
        f"{MAPPING_FILE} (header_line). "
    )
