"""Whether the rule files (`seeds/`) are what dbt can load: looked at before dbt looks at them.

dbt reads them with two CSV readers (agate, and DuckDB's own), which end in tracebacks or, worse,
guess. What is read here in one way only is read so by both; anything else is told, all at once.
What stands in the cells is judged later, by the model `config_errors`.
"""

import csv
import io
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

PACKAGE = "customer_tiering"
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars", "，": "full-width commas"}
UTF_8 = 'in Excel, "Save as", "CSV UTF-8 (Comma delimited)"'


class RuleFileError(RuntimeError):
    """Rule files or variables cannot be used; the text lists every problem.

    A RuntimeError, because dbt prints the text of one and the traceback of any other.
    """

    def __init__(self, problems: list[str]):
        count = f"{len(problems)} error(s) in the configuration; nothing was built with it."
        super().__init__("\n".join([count, *problems]))


def rule_file_problems(project: Path) -> list[str]:
    """What is wrong with the rule files of a project, whatever stands in their cells.

    Args:
        project: folder of a dbt project: this one, or one that has it installed as a package.

    Returns:
        One text per problem: file, line, what is wrong and what would be right. None where dbt can
        load the files; none where the project has no rule files of ours.
    """
    settings = project_settings(project)
    package = our_folder(project, settings)
    replaced = _section(settings.get("seeds", {}), PACKAGE)
    problems = []
    for name, (file, columns) in _our_files(package).items():
        delimiter = _setting(replaced, name, "delimiter", ",")
        if package != project and _setting(replaced, name, "enabled", True) is False:
            # The project has switched ours off and brings a file of its own.
            found = [path for folder in _seed_folders(project) for path in folder.rglob(file.name)]
            if not found:
                continue
            file = found[0]
            own = _section(settings["seeds"], settings.get("name"))
            delimiter = _setting(own, name, "delimiter", ",")
        problems += [
            f"{file.relative_to(project).as_posix()}, {where}: {problem}. Right would be: {remedy}."
            for where, problem, remedy in _file_problems(file, columns, delimiter)
        ]
    return problems


def project_settings(folder: Path) -> dict[str, Any]:
    """The dbt_project.yml of a folder; empty where there is none that can be read.

    dbt itself says what is wrong with one.
    """
    file = folder / "dbt_project.yml"
    return _section(_yaml(file), None) if file.exists() else {}


def packages_folder(project: Path, settings: dict[str, Any]) -> Path:
    """Where `dbt deps` puts what a project has installed."""
    return project / settings.get("packages-install-path", "dbt_packages")


def our_folder(project: Path, settings: dict[str, Any]) -> Path:
    """Where our own files are: the project itself, or where it has installed us."""
    is_ours = settings.get("name") == PACKAGE
    return project if is_ours else packages_folder(project, settings) / PACKAGE


def _yaml(file: Path) -> Any:
    try:
        return yaml.load(file.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return {}


def _section(settings: Any, name: str | None) -> dict[str, Any]:
    found = settings.get(name) if name and isinstance(settings, dict) else settings
    return found if isinstance(found, dict) else {}


def _setting(settings: dict[str, Any], seed: str, key: str, default: Any) -> Any:
    """A setting of a seed in dbt_project.yml: its own, else that of all."""
    for level in (_section(settings, seed), settings):
        for name in (f"+{key}", key):
            if name in level:
                return level[name]
    return default


def _seed_folders(project: Path) -> list[Path]:
    return [project / name for name in project_settings(project).get("seed-paths", ["seeds"])]


def _our_files(package: Path) -> dict[str, tuple[Path, list[str]]]:
    """By name of the seed: its file, and the columns that its description names."""
    return {
        seed["name"]: (described.parent / f"{seed['name']}.csv", [*seed["config"]["column_types"]])
        for described in sorted((package / "seeds").glob("*.yml"))
        for seed in _section(_yaml(described), None).get("seeds", [])
    }


# A problem is told as three texts: where in the file, what is wrong, what would be right.
_Problem = tuple[str, str, str]


def _file_problems(file: Path, columns: list[str], delimiter: str) -> list[_Problem]:
    if not file.is_file():
        return [("the file", "it is missing", "the file as this project came with it")]
    text = _text(file.read_bytes())
    if not isinstance(text, str):
        return [text]
    rows, line = [], 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append((line, row))
            line = reader.line_num + 1
    except csv.Error:
        problem = "a straight double quote is not closed, or text follows a closed one"
        return [(f"line {line}", problem, "quotes around a whole cell, and two for one inside")]
    missing = [name for name in columns if not rows or name not in rows[0][1]]
    if missing:
        return [_header_problem(rows, missing, columns)]
    return _line_problems(rows, columns)


def _text(raw: bytes) -> str | _Problem:
    """The text of a file, where both of dbt's readers get the same of it."""
    if raw.startswith(b"PK\x03\x04"):
        return "the file", "it is a workbook, whatever its name", UTF_8
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in raw:
        return "the file", "it is text in UTF-16, Excel's Unicode text", UTF_8
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problem = "it is not UTF-8 but another encoding, such as GBK or Windows-1252"
        return f"line {line}", problem, UTF_8
    if "\ufffd" in text:
        line = text[: text.index("\ufffd")].count("\n") + 1
        problem = "the sign \ufffd stands where another program could not read a letter"
        return f"line {line}", problem, "the letter itself, and the file as UTF-8"
    # Inside quotes any line end is text.
    if len(set(re.findall(r"\r\n|\r|\n", re.sub(r'"[^"]*"', "", text)))) > 1:
        return "the file", "its lines end in different ways", f"one kind of line end; {UTF_8}"
    return text


def _header_problem(
    rows: list[tuple[int, list[str]]], missing: list[str], columns: list[str]
) -> _Problem:
    """Why columns are missing from the first line."""
    for line, row in rows[1:20]:
        if {cell.strip().lower() for cell in row} >= set(columns):
            problem = f"the header seems to stand on line {line}"
            return "line 1", problem, "no lines above the header"
    first = rows[0][1] if rows else []
    for sign, name in SEPARATORS.items():
        if {cell.strip(' "\t').lower() for cell in ",".join(first).split(sign)} >= set(columns):
            remedy = f"commas between cells, and points in numbers; {UTF_8}"
            return "line 1", f"the columns are separated by {name}", remedy
    names = ", ".join(missing)
    what = f"the column {names} is" if len(missing) == 1 else f"the columns {names} are"
    problem = f"{what} missing; found: {', '.join(first) or 'nothing'}"
    return "header", problem, f"the columns {', '.join(columns)}"


def _line_problems(rows: list[tuple[int, list[str]]], columns: list[str]) -> list[_Problem]:
    """What is wrong below a header that has all columns, and with others in it."""
    header, found, lines = rows[0][1], [], defaultdict(list)
    if unnamed := sum(not name.strip() for name in header):
        remedy = f"the columns {', '.join(columns)}, and no empty ones"
        found.append(("line 1", f"{unnamed} column(s) have no name", remedy))
    for name in sorted({name for name in header if name and header.count(name) > 1}):
        found.append(("line 1", f"the column {name} stands there twice", "each column once"))
    for line, row in rows[1:]:
        if not any(cell.strip() for cell in row):
            lines["it is empty", "no empty lines, also at the end"].append(line)
        elif len(row) != len(header):
            remedy = "one cell for each column; straight double quotes around a text with a comma"
            cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
            lines[f"{cells}, but the header has {len(header)}", remedy].append(line)
    for (problem, remedy), numbers in lines.items():
        first = ", ".join(str(number) for number in numbers[:5])
        more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
        found.append((f"line{'s' if len(numbers) > 1 else ''} {first}{more}", problem, remedy))
    return found
