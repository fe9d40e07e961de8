"""mapping.csv: which file feeds which source, and how its columns and rows make records of ours."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from customer_tiering.reading.contract import SOURCES, Source
from customer_tiering.reading.file_kinds import check_can_be_opened
from customer_tiering.reading.folder_files import MAPPING_FILE, file_names, listed, shown
from customer_tiering.reading.names import normalise
from customer_tiering.reading.recipes import (
    ARITHMETIC,
    OF_ROWS,
    RECIPES,
    SEPARATOR,
    Recipe,
    Step,
)
from customer_tiering.reading.text_files import UnusableFileError, read_rows

_INERT = re.compile("^'(?=[=+@-])")

MAPPING_COLUMNS = ("source", "file", "their_column", "our_column")
# Of those who need them; a mapping of names alone has four columns.
RECIPE_COLUMNS = ("recipe", "value")


@dataclass(frozen=True)
class MappingLine:
    """One line of the mapping.

    Attributes:
        where: file and line, for messages.
        source: the source.
        file: the file that feeds it, relative to the folder.
        theirs: columns of the file; none where the line only names the file, or goes on.
        ours: the column of the contract that it makes; empty of rows and files.
        recipe: the name of the recipe; empty for another name alone.
        value: what the recipe is told.
    """

    where: str
    source: str
    file: str
    theirs: tuple[str, ...]
    ours: str
    recipe: str = ""
    value: str = ""

    @property
    def step(self) -> Step:
        """The recipe with its value."""
        return Step(self.recipe, self.value)


@dataclass
class FileMapping:
    """What the mapping says of one file that feeds one source.

    Attributes:
        file: the file.
        columns: by our column its lines, in order; the first names their columns.
        rows: the lines about rows.
        header_line: the line on which the header stands, from 1, or `none`; empty for the first.
        delimiter: what stands between two values; empty where the header shows it.
        sheet: which sheet of a workbook; empty where only one has rows.
        system: the system that the ids are of, if it is said.
        absent: columns of ours for which it lacks theirs; what has our name is something else.
        is_of_file_alone: whether it says only how the file is written, and not what it feeds.
    """

    file: str
    columns: dict[str, list[MappingLine]] = field(default_factory=dict)
    rows: list[MappingLine] = field(default_factory=list)
    header_line: str = ""
    delimiter: str = ""
    sheet: str = ""
    system: str | None = None
    absent: frozenset[str] = frozenset()
    is_of_file_alone: bool = True

    def add(self, line: MappingLine) -> None:
        """Take a line about rows or a column; one that only names the file says no more."""
        if RECIPES[line.recipe].of == "rows":
            self.rows.append(line)
        elif line.ours:
            self.columns.setdefault(line.ours, []).append(line)


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
    # An apostrophe keeps a spreadsheet from running a text that begins so.
    rows = [(number, [_INERT.sub("", cell) for cell in row]) for number, row in rows]
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


def read_mapping(folder: Path, problems: list[str]) -> dict[str, list[FileMapping]]:
    """What the mapping file says, if there is one: by source its files, in order."""
    mapping: dict[str, dict[str, FileMapping]] = {}
    of_files: dict[tuple[str, str], MappingLine] = {}
    for where, cells in read_small_table(folder, MAPPING_FILE, MAPPING_COLUMNS, problems):
        source, file, theirs, ours, recipe, value = (
            cells.get(column, "") for column in (*MAPPING_COLUMNS, *RECIPE_COLUMNS)
        )
        parts = tuple(part.strip() for part in theirs.split(SEPARATOR)) if theirs else ()
        name = normalise(recipe)
        # A header may hold the separator itself.
        if theirs and RECIPES.get(name, Recipe("")).columns[1] == 1:
            parts = (theirs,)
        line = MappingLine(where, normalise(source), file, parts, ours, name, value)
        files = mapping.setdefault(line.source, {})
        known = files.get(file) or FileMapping(file)
        problem = _problem(line, known, folder)
        if problem is None and line.recipe in ("header_line", "delimiter"):
            other = of_files.setdefault((file, line.recipe), line)
            if other.value != value:
                problem = f"{other.where} says another {line.recipe} of {file}: {other.value}"
        if problem:
            problems.append(f"{line.where}: {problem}")
            continue
        files[file] = known
        if RECIPES[line.recipe].of != "file":
            known.is_of_file_alone = False
        if line.recipe in ("system", "sheet"):
            setattr(known, line.recipe, value)
        else:
            known.add(line)
    for (file, recipe), line in of_files.items():
        for files in mapping.values():
            if file in files:
                setattr(files[file], recipe, line.value)
    found = {source: list(files.values()) for source, files in mapping.items() if files}
    _say_sheets_of_all([each for its in found.values() for each in its])
    return found


def _say_sheets_of_all(files: list[FileMapping]) -> None:
    """A sheet that is said for one source holds for all of the file, unless there are others."""
    for each in files:
        sheets = {other.sheet for other in files if other.file == each.file} - {""}
        if len(sheets) == 1:
            [each.sheet] = sheets


def _problem(line: MappingLine, known: FileMapping, folder: Path) -> str | None:
    """What is wrong with one line of the mapping, beside the lines before it; or None."""
    if line.source not in SOURCES:
        return f"there is no source '{line.source}'. The sources are {', '.join(SOURCES)}"
    if not line.file:
        return f"no file is named. Files found: {listed(file_names(folder))}"
    if not _is_within(line.file):
        return f"'{shown(line.file)}' is not in the folder. Put the file there, and name it so"
    if not _exists(folder / line.file):
        found = listed(file_names(folder))
        return f"there is no file '{shown(line.file)}' in the folder. Files found: {found}"
    if line.recipe not in RECIPES:
        names = ", ".join(name for name in RECIPES if name)
        return f"there is no recipe '{line.recipe}'. The recipes are {names}"
    recipe = RECIPES[line.recipe]
    if not line.recipe and not line.theirs and not line.ours:
        return "a value needs a recipe" if line.value else None
    if recipe.of != "column":
        return _problem_of_file_or_rows(line, recipe, known)
    return _problem_of_column(line, recipe, known, SOURCES[line.source])


def _problem_of_file_or_rows(line: MappingLine, recipe: Recipe, known: FileMapping) -> str | None:
    if line.ours:
        return (
            f"{line.recipe} is about the {recipe.of}, not about {line.ours}: leave our_column empty"
        )
    if line.recipe == "system" and known.system:
        return f"the system of {line.file} is named a second time. Remove one line"
    return _problem_of_recipe(line, recipe)


def _problem_of_column(
    line: MappingLine, recipe: Recipe, said: FileMapping, source: Source
) -> str | None:
    if line.ours and line.ours not in source.columns:
        known = ", ".join(source.columns)
        return f"{line.source} has no column '{line.ours}'. Its columns are {known}"
    if not line.ours:
        if not line.recipe:
            return (
                f"our_column is empty beside '{shown(SEPARATOR.join(line.theirs))}', and "
                f"their_column and our_column go together. Name the column of {line.source} that "
                f"it is ({', '.join(source.columns)}), or remove the line"
            )
        return f"{line.recipe} makes one of our columns: name it in our_column"
    earlier = said.columns.get(line.ours, [])
    if earlier and (line.theirs or not recipe.goes_on):
        if line.recipe and not line.theirs:
            following = ", ".join(name for name in RECIPES if RECIPES[name].goes_on)
            return f"{line.recipe} cannot follow another recipe. What can: {following}"
        return f"the column {line.ours} of {line.source} is mapped a second time. Remove one line"
    if earlier and line.recipe in OF_ROWS and any(each.recipe in OF_ROWS for each in earlier):
        return f"{line.ours} has one of {', '.join(OF_ROWS)} already. Remove one line"
    if not line.recipe and (line.value or not line.theirs):
        if line.value:
            return f"a value needs a recipe, and none is named beside '{line.value}'"
        return "their_column and our_column go together: fill in both, or none to name the file"
    if not earlier and not line.theirs and recipe.columns[1] != 0:
        return f"{line.recipe} needs their_column"
    if line.recipe in ARITHMETIC and line.ours not in source.numbers:
        return f"{line.recipe} makes a number, and {line.ours} is none"
    if line.recipe == "date" and line.ours not in source.dates:
        return f"{line.ours} is no date"
    if line.recipe == "contact_key" and line.ours != "customer_id":
        return "contact_key makes a customer_id, and no other column"
    if line.recipe in OF_ROWS and line.ours == source.columns[0]:
        return f"{line.ours} is the key by which rows are put together: it has no {line.recipe}"
    return _problem_of_recipe(line, recipe)


def _problem_of_recipe(line: MappingLine, recipe: Recipe) -> str | None:
    """What is wrong with the columns and the value of a recipe in themselves."""
    least, most = recipe.columns
    if line.theirs:
        if most == 0:
            return f"{line.recipe} takes no column of the file: leave their_column empty"
        if "" in line.theirs or len(line.theirs) < least:
            return (
                f"{line.recipe} takes {least} or more columns with {SEPARATOR} between, such as "
                f"Price{SEPARATOR}Quantity"
            )
        if most and len(line.theirs) > most:
            return f"{line.recipe} takes no more than {most} columns"
    elif recipe.of == "rows":
        return f"{line.recipe} needs their_column"
    if line.value and not recipe.value:
        return f"{line.recipe} takes no value. Remove '{line.value}'"
    if recipe.value and not recipe.check(line.value):
        return f"the value of {line.recipe} is '{line.value}'. It should be {recipe.value}"
    return None


def _is_within(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
