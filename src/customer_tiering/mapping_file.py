"""mapping.csv: which file feeds which source, and which of its columns which of ours."""

from dataclasses import dataclass
from pathlib import Path

from customer_tiering.contract import SOURCES
from customer_tiering.file_kinds import check_can_be_opened
from customer_tiering.folder_files import MAPPING_FILE, file_names, listed, shown
from customer_tiering.text_files import UnusableFileError, normalise, read_rows

MAPPING_COLUMNS = ("source", "file", "their_column", "our_column")


@dataclass(frozen=True)
class MappingLine:
    """One line of the mapping.

    Attributes:
        where: file and line, for messages.
        source: the source.
        file: the file that feeds it, relative to the folder.
        theirs: a column of the file; empty where the line only names the file.
        ours: the column of the contract that it is.
    """

    where: str
    source: str
    file: str
    theirs: str
    ours: str


def read_small_table(
    folder: Path, name: str, columns: tuple[str, ...], problems: list[str]
) -> list[tuple[str, dict[str, str]]]:
    """The lines of a small file that people write by hand, if it is there.

    Args:
        folder: where to look; the case of the name does not matter.
        name: name of the file.
        columns: columns that its header must have.
        problems: what gets the problem if it cannot be read.

    Returns:
        For each line where it stands, for messages, and its cells by their column.
    """
    found = next((each for each in file_names(folder) if each.lower() == name), None)
    if found is None:
        return []
    try:
        check_can_be_opened(folder / found)
        rows = list(read_rows(folder / found))
    except UnusableFileError as error:
        problems.append(f"{found} {error}")
        return []
    except OSError as error:
        problems.append(f"{found} cannot be read: {error.strerror or error}")
        return []
    header = [normalise(cell) for cell in rows[0][1]] if rows else []
    lacking = [column for column in columns if column not in header]
    if lacking:
        problems.append(
            f"{found}, line 1: the header lacks {', '.join(lacking)}. "
            f"It should be {','.join(columns)}"
        )
        return []
    return [
        (f"{found}, line {number}", dict(zip(header, row, strict=False)))
        for number, row in rows[1:]
    ]


def read_mapping(folder: Path, problems: list[str]) -> dict[str, list[MappingLine]]:
    """The sound lines of the mapping file, if there is one, by source."""
    mapping: dict[str, list[MappingLine]] = {}
    for where, cells in read_small_table(folder, MAPPING_FILE, MAPPING_COLUMNS, problems):
        source, file, theirs, ours = (cells.get(column, "") for column in MAPPING_COLUMNS)
        line = MappingLine(where, normalise(source), file, theirs, ours)
        earlier = mapping.setdefault(line.source, [])
        if problem := _problem(line, earlier, folder):
            problems.append(f"{line.where}: {problem}")
        else:
            earlier.append(line)
    return {source: lines for source, lines in mapping.items() if lines}


def _problem(line: MappingLine, earlier: list[MappingLine], folder: Path) -> str | None:
    """What is wrong with one line of the mapping in itself, or None."""
    if line.source not in SOURCES:
        return f"there is no source '{line.source}'. The sources are {', '.join(SOURCES)}"
    if not line.file:
        return f"no file is named. Files found: {listed(file_names(folder))}"
    if not _exists(folder / line.file):
        found = listed(file_names(folder))
        return f"there is no file '{shown(line.file)}' in the folder. Files found: {found}"
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


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
