"""Which file feeds which source, and which of its columns: a plan, before anything is loaded.

Pure Python, so that any engine can follow the plan. All problems of all files are collected
and raised together: who prepares an export wants one list, not one error per attempt.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from customer_tiering.reading import parquet_files
from customer_tiering.reading.contract import DELETIONS, SOURCES, Source
from customer_tiering.reading.folder_files import (
    MAPPING_FILE,
    find_files,
    listed,
    shown,
    unused_files,
)
from customer_tiering.reading.folder_settings import read_settings
from customer_tiering.reading.known_exports import known_exports, systems_of
from customer_tiering.reading.mapping_file import FileMapping, MappingLine, read_mapping
from customer_tiering.reading.names import normalise
from customer_tiering.reading.opened_files import FileVersion, OpenedFiles, SourceFile
from customer_tiering.reading.reading_notes import (
    ReadingNote,
    keys_without_secret,
    missing_columns,
)
from customer_tiering.reading.recipes import CONDITIONS, Field, RowRule, Shape, texts_of
from customer_tiering.reading.text_files import header_line

# So many numbers are kept free for the records of each file. Also in int_rejected_records.
ROWS_OF_A_FILE = 1_000_000_000_000


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
        settings: the names and values of settings.csv, and which systems ids are of.
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
        plan = plan_as_it_is(folder, known_encodings or {}, problems)
    except OSError as error:
        name = shown(str(error.filename or folder))
        raise InputError(folder, [f"{name} cannot be read: {error.strerror or error}"]) from error
    if problems:
        raise InputError(folder, problems)
    return plan


def plan_as_it_is(
    folder: Path, known_encodings: Mapping[FileVersion, str], problems: list[str]
) -> FolderPlan:
    """The plan of what can be read, also where there are problems: then it is not to be used."""
    mapping = read_mapping(folder, problems)
    settings = read_settings(folder, problems)
    files = OpenedFiles(folder, known_encodings, problems)
    by_preset, known = known_exports(folder, mapping, files)
    systems = systems_of(mapping, by_preset)
    plans = []
    for source in SOURCES.values():
        its_presets = by_preset.get(source.name, [])
        its_files = mapping.get(source.name) or [
            FileMapping(name)
            for name in find_files(source, folder, problems, source.is_needed and not by_preset)
            if name not in {each.file for each in its_presets}
        ]
        plans.append(_plan_source(source, files, [*its_files, *its_presets], systems, problems))
    if not any(plan.files for plan in plans if plan.source.is_needed):
        problems += files.of_several_sheets
    plans = _with_skips_counted(_with_contacts(plans))
    notes = [
        *unused_files(folder, files.names, {*mapping, *by_preset}, problems),
        *missing_columns(plans),
        *known,
        *keys_without_secret(plans),
    ]
    if systems:
        # The first one's ids have no system before them.
        settings = (*settings, ("systems", " ".join(dict.fromkeys(systems))))
    return FolderPlan(_with_style_columns(plans), settings, tuple(notes))


def _plan_source(
    source: Source,
    files: OpenedFiles,
    mapped: Sequence[FileMapping],
    systems: Sequence[str],
    problems: list[str],
) -> SourcePlan:
    """Plan one source; what is wrong is added to `problems`, and the plan then not used."""
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
        if systems and source.ids and not its_mapping.system:
            problems.append(
                f"{file.name} does not say of which system its ids are, and others do "
                f"({', '.join(dict.fromkeys(systems))}). Give it a line "
                f"{source.name},{file.name},,,system,{systems[0]} in {MAPPING_FILE}, "
                f"with the right one"
            )
        elif systems and its_mapping.system != systems[0]:
            shape = replace(shape, system=its_mapping.system)
        plans.append(FilePlan(source, len(plans), file, shape))
        if file.schema:
            problems += parquet_files.column_problems(plans[-1])
    return SourcePlan(source, tuple(plans))


def _with_files(
    plans: list[SourcePlan], change: Callable[[FilePlan], FilePlan]
) -> list[SourcePlan]:
    """The plans, with each file changed."""
    return [replace(plan, files=tuple(map(change, plan.files))) for plan in plans]


def _with_contacts(plans: list[SourcePlan]) -> list[SourcePlan]:
    """The plans, with deletions that may name a contact where keys are made of contacts."""
    if not any(file.shape.has_contacts for plan in plans for file in plan.files):
        return plans
    return _with_files(
        plans,
        lambda file: replace(
            file, shape=replace(file.shape, names_contacts=file.source.name == DELETIONS)
        ),
    )


def _with_skips_counted(plans: list[SourcePlan]) -> list[SourcePlan]:
    """The plans, where rows that are skipped and that no other source keeps are left out.

    Both feed no record of the source; those that are left out are counted as excluded, while
    those that are skipped count where they are kept, and would else vanish.
    """
    files = [file for plan in plans for file in plan.files]

    def counted(file: FilePlan) -> FilePlan:
        kept = [
            rule
            for other in files
            if other.file.path == file.file.path and other.source != file.source
            for rule in other.shape.rules
            if rule.recipe == "keep"
        ]
        rules = [each for rule in file.shape.rules for each in _split_skip(rule, kept)]
        return replace(file, shape=replace(file.shape, rules=tuple(rules)))

    return _with_files(plans, counted)


def _split_skip(rule: RowRule, kept: Sequence[RowRule]) -> Iterator[RowRule]:
    """A rule; of one that skips, the values that nothing keeps in a rule that leaves them out."""
    if rule.recipe != "skip":
        yield rule
        return
    values = [each.value for each in kept if each.position == rule.position]
    if rule.value in values:
        yield rule
    elif rule.value in CONDITIONS or rule.value.startswith("begins with "):
        yield replace(rule, recipe="leave_out")
    else:
        texts = [text for value in values for text in texts_of(value)]
        # Whatever is filled is kept where a source is of the filled ones.
        is_kept = {text: text in texts or "filled" in values for text in texts_of(rule.value)}
        for recipe, is_its in (("skip", True), ("leave_out", False)):
            if its := [text for text, kept_too in is_kept.items() if kept_too is is_its]:
                # A list also of one, which could be the name of a condition.
                yield RowRule(rule.position, recipe, f"{';'.join(its)};")


def _with_style_columns(plans: list[SourcePlan]) -> list[SourcePlan]:
    """The plans, each file with all its numbers and dates, whichever source they are of."""
    numbers: dict[Path, dict[int, str]] = {}
    dates: dict[Path, dict[int, str]] = {}
    typed: dict[Path, dict[int, str]] = {}
    for plan in [file for source in plans for file in source.files]:
        for column, its in plan.shape.fields.items():
            if its.is_written_as_said:
                continue
            for found, names in ((numbers, plan.source.numbers), (dates, plan.source.dates)):
                for position in its.positions if column in names else ():
                    # What is typed says itself how it is read.
                    schema = plan.file.schema
                    type_ = None if schema is None else schema.field(position).type
                    if type_ is None or parquet_files.is_text(type_):
                        found.setdefault(plan.file.path, {}).setdefault(position, column)
                    elif found is numbers and parquet_files.has_decimals(type_):
                        typed.setdefault(plan.file.path, {})[position] = column
    # It is written with a point, and so contradicts texts beside it that prove the comma.
    for path in numbers.keys() & typed.keys():
        numbers[path] |= typed[path]
    return _with_files(
        plans,
        lambda file: replace(
            file, numbers=numbers.get(file.file.path, {}), dates=dates.get(file.file.path, {})
        ),
    )


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
        if column in mapping.absent and column not in source.required:
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
